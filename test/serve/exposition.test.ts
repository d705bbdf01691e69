import { Gauge, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { type Family, familyHead, labelText, sampleLine } from '../../lib/serve/exposition.ts';

/** Prometheus' text format, as prom-client writes it. */
async function writtenByClient({ name, help }: Family, labels: Record<string, string>, value: number): Promise<string> {
  const registers = [new Registry()];
  new Gauge({ name, help, labelNames: Object.keys(labels), registers }).set(labels, value);
  return (await registers[0]?.metrics()) ?? '';
}

describe('a family and its sample are written as prom-client writes them', () => {
  test.each([
    { name: 'plain', labels: { cluster: 'c1', name: 'guestbook' }, value: 1 },
    { name: 'quotes and backslashes', labels: { metric: 'a "quoted" \\ name\\', phase: '\\n' }, value: 0 },
    { name: 'line breaks', labels: { metric: 'two\nlines\n' }, value: 1 },
    { name: 'what is not ASCII, and nothing', labels: { metric: 'ü ☃ 😀', phase: '' }, value: 1 },
    { name: 'fractions', labels: { metric: 'm' }, value: 0.1 + 0.2 },
    { name: 'small and large figures', labels: { metric: 'm' }, value: 1e-7 },
  ])('$name', async ({ labels, value }) => {
    const family: Family = { name: 'a_family', help: 'Text with \\ and\na second line.', type: 'gauge' };
    const ours = familyHead(family) + sampleLine(family.name, labelText(labels), value);
    expect(ours).toBe(await writtenByClient(family, labels, value));
  });
});
