import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AssayError } from '../../lib/model/errors.ts';
import { formatDecimal } from '../../lib/providers/decimal.ts';
import { readAnswer } from '../../lib/providers/prometheus-answer.ts';

/** What github.com/prometheus/client_golang v1.24.0 makes of an answer, rendered as Argo renders it. */
interface Row {
  readonly status: number;
  readonly body: string;
  readonly value?: string;
  readonly warnings?: readonly string[];
  readonly error?: string;
}

const rows = readFileSync('test/providers/prometheus-answer.jsonl', 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

/** Answers that no Prometheus gives. They are errors here too where they are there, but for the first three. */
const IMPOSSIBLE =
  /"metric":\[\]|"warnings":"x"|"error":5|"Status"|"status":1|unmarshalerDecoder|skipThreeBytes|v1\.apiR|bytes left/;

function outcome({ status, body }: Row): string {
  try {
    const { shown, warnings } = readAnswer({ status, headers: {}, body });
    return [shown, ...warnings].join(' ');
  } catch (error) {
    if (error instanceof AssayError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const possible = rows.filter(({ body, error = '' }) => !IMPOSSIBLE.test(body) && !IMPOSSIBLE.test(error));

test.each(possible)('$status $body', (row) => {
  const want = row.error === undefined ? [row.value, ...(row.warnings ?? [])].join(' ') : undefined;
  expect(outcome(row)).toBe(want ?? `ASSAY_METRIC_UNREADABLE: ${row.error}`);
});

test('most answers are compared word by word', () => expect(possible.length).toBeGreaterThan(60));

test('a string, which PromQL can give, is refused in the words that Argo has for it', () => {
  const body = '{"status":"success","data":{"resultType":"string","result":[1,"x"]}}';
  expect(outcome({ status: 200, body })).toBe(
    `ASSAY_METRIC_UNREADABLE: ${rows.find((row) => row.body === body)?.error}`,
  );
});

const broken = rows.filter(({ error = '' }) => /unmarshalerDecoder|skipThreeBytes|v1\.apiR|bytes left/.test(error));
test.each(broken.filter(({ body }) => !/"metric":\[\]|"warnings":"x"|"error":5/.test(body)))(
  '$body is an error',
  (row) => expect(outcome(row)).toMatch(/^ASSAY_METRIC_UNREADABLE: /),
);

test.each([
  [0, '0'],
  [-0, '-0'],
  [1e21, '1000000000000000000000'],
  [1.5e22, '15000000000000000000000'],
  [-1.25e-7, '-0.000000125'],
  [1e-7, '0.0000001'],
  [5e-324, `0.${'0'.repeat(323)}5`],
  [0.9733, '0.9733'],
  [NaN, 'NaN'],
  [Infinity, '+Inf'],
  [-Infinity, '-Inf'],
])('%d is written %s', (value, text) => expect(formatDecimal(value)).toBe(text));
