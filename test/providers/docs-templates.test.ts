import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import type { AnalysisTemplate } from '../../lib/model/analysis-template.ts';
import type { HttpRequest } from '../../lib/model/http.ts';
import { PROVIDER_ROWS } from '../../lib/model/provider-rows.ts';
import { aRun } from '../builders.ts';
import { openWorld } from '../world.ts';

// The templates of docs/providers.md are run as they stand, by the real loop, on answers as each source gives them.

const PAGE = readFileSync('docs/providers.md', 'utf8');
const templates = new Map(
  PAGE.split('\n## ').flatMap((section) => {
    const [, field] = /^[^\n]*\(`(\w+)`\)/.exec(section) ?? [];
    const [, yaml] = /```yaml\n([^]*?)```/.exec(section) ?? [];
    return field === undefined || yaml === undefined ? [] : [[field, parse(yaml) as AnalysisTemplate] as const];
  }),
);

interface Answers {
  readonly good: unknown;
  readonly bad: unknown;
}

const cloudWatch = (value: number) => ({
  MetricDataResults: [{ Id: 'rate', StatusCode: 'Complete', Timestamps: [1_762_336_800], Values: [value] }],
});
const nerdGraph = (errorRate: number) => ({ data: { actor: { account: { nrql: { results: [{ errorRate }] } } } } });
const flux = (value: number) =>
  `#datatype,string,long,double\n#group,false,false,false\n#default,_result,,\n,result,table,_value\n,,0,${value}\n\n`;
const judged = (score: number) => ({
  complete: true,
  status: 'succeeded',
  result: { judgeResult: { score: { score } } },
});

const ANSWERS: Readonly<Record<string, Answers>> = {
  prometheus: { good: prometheus('0.99'), bad: prometheus('0.2') },
  web: { good: { data: { errors: 1 } }, bad: { data: { errors: 50 } } },
  datadog: { good: datadog(0.001), bad: datadog(0.5) },
  newRelic: { good: nerdGraph(0.2), bad: nerdGraph(20) },
  wavefront: { good: wavefront(0.001), bad: wavefront(0.5) },
  cloudWatch: { good: cloudWatch(0.1), bad: cloudWatch(12) },
  graphite: {
    good: [{ target: 'a', datapoints: [[1, 1_762_336_800]] }],
    bad: [{ target: 'a', datapoints: [[100, 1_762_336_800]] }],
  },
  influxdb: { good: flux(0.001), bad: flux(0.5) },
  skywalking: { good: { data: apdex(9_900) }, bad: { data: apdex(100) } },
  kayenta: { good: judged(95), bad: judged(10) },
  plugin: { good: { is: 'value', value: 3 }, bad: { is: 'value', value: 5_000 } },
};

function prometheus(value: string) {
  return { status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [1_762_336_800, value] }] } };
}
function datadog(value: number) {
  return { data: { attributes: { columns: [{ name: 'query', values: [value] }] } } };
}
function wavefront(value: number) {
  return { timeseries: [{ label: 'a', data: [[1_762_336_800, value]] }] };
}
function apdex(value: number) {
  return { service_apdex: { values: { values: [{ value }] } } };
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const SECRETS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  datadog: { address: 'https://datadog.example.com', 'api-key': 'some-key', 'app-key': 'other-key' },
  newrelic: { 'personal-api-key': 'some-key', 'account-id': '12345' },
  'wavefront-api-tokens': { 'example.wavefront.com': 'some-token' },
  influxdb: { address: 'https://influxdb.example.com', authToken: 'some-token', org: 'shop' },
};

/** The server of all sources; Kayenta's has its own protocol. */
function answerOf(answer: unknown) {
  const kayenta = (request: HttpRequest): unknown => {
    if (request.url.includes('canaryConfig')) return [{ id: 'config', name: 'shop-canary' }];
    if (request.url.includes('/canary/executions')) return [];
    return request.method === 'POST' ? { canaryExecutionId: 'execution' } : answer;
  };
  return async (request: HttpRequest) => {
    const body = request.url.includes('kayenta') ? kayenta(request) : answer;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const type = typeof body === 'string' ? 'text/csv; charset=utf-8' : 'application/json';
    return { status: 200, headers: { 'content-type': type }, body: text };
  };
}

/** The run that becomes of a template, an hour later. */
async function outcome({ spec }: AnalysisTemplate, answer: unknown) {
  const world = openWorld({
    http: answerOf(answer),
    settings: {
      awsRegion: 'eu-west-1',
      awsCredentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 'some-key' }),
      plugins: { 'example/queue-depth': { url: 'https://plugins.example.com' } },
    },
  });
  for (const [name, data] of Object.entries(SECRETS)) {
    const encoded = Object.fromEntries(Object.entries(data).map(([key, text]) => [key, base64(text)]));
    const metadata = { namespace: 'argo-rollouts', name };
    await world.memory.create('Secret', { apiVersion: 'v1', kind: 'Secret', metadata, data: encoded });
  }
  const args = (spec.args ?? []).map(({ name, value }) => ({ name, value: value ?? 'shop' }));
  const ref = await world.create(aRun({ spec: { ...spec, args } }));
  for (let looks = 0; looks < 40; looks += 1) {
    const seconds = await world.settle(ref);
    if (seconds === undefined) break;
    world.nowMs += seconds * 1000;
    vi.setSystemTime(world.nowMs);
  }
  return world.memory.objects('AnalysisRun')[0]?.status;
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

test('every source has answers here but Jobs, which clusters run', () => {
  expect([...Object.keys(ANSWERS), 'job'].toSorted()).toEqual(Object.keys(PROVIDER_ROWS).toSorted());
});

describe.each(Object.entries(ANSWERS))('the template of %s', (field, { good, bad }) => {
  const template = templates.get(field);
  test('succeeds where all is well, with every value that it asks for', async () => {
    const status = template && (await outcome(template, good));
    expect(status).toMatchObject({ phase: 'Successful' });
    expect(status?.metricResults?.flatMap(({ error = 0, inconclusive = 0 }) => error + inconclusive)).toEqual([0]);
  });
  test('fails where it is not', async () => {
    const status = template && (await outcome(template, bad));
    expect(status).toMatchObject({ phase: 'Failed' });
    expect(status?.metricResults?.[0]).toMatchObject({ phase: 'Failed' });
  });
});
