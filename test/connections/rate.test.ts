import { describe, expect, test } from 'vitest';
import { openAccounts } from '../../lib/connections/accounts.ts';
import { openConnections } from '../../lib/connections/open-connections.ts';
import type { Connection } from '../../lib/model/connection.ts';
import type { ConnectionUse } from '../../lib/model/connections.ts';
import { AssayError } from '../../lib/model/errors.ts';
import type { HttpRequest, HttpResponse } from '../../lib/model/http.ts';
import type { ProviderField } from '../../lib/model/provider-rows.ts';
import { virtualClock } from '../virtual-clock.ts';

const DATADOG = { name: 'dd', provider: 'datadog', limits: { requestsPerSecond: 5 } } as const;
const URL_OF_DATADOG = 'https://api.datadoghq.com/api/v1/query';

/** A source that lets so many requests pass in any second, as the clock has it, and takes a while for each. */
function openWorld(mostASecond = Infinity, tookMs = 20) {
  const clock = virtualClock(0);
  const passedMs: number[] = [];
  const sent: { readonly url: string; readonly atMs: number; readonly status: number }[] = [];
  const uses: ConnectionUse[] = [];
  const accounts = openAccounts(clock.timers);
  let retryAfter: string | undefined = '1';

  const answer = async ({ url }: HttpRequest): Promise<HttpResponse> => {
    const atMs = clock.timers.nowMs();
    const lately = passedMs.slice(-10).filter((ms) => ms > atMs - 999).length;
    const status = lately >= mostASecond ? 429 : 200;
    if (status === 200 && url.startsWith(URL_OF_DATADOG)) passedMs.push(atMs);
    sent.push({ url, atMs, status });
    await new Promise<void>((resolve) => clock.timers.after(tookMs, resolve));
    return { status, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter }, body: url };
  };
  const cluster = (name: string, connections: readonly Connection[] = [DATADOG]) => {
    const opened = openConnections({
      cluster: name,
      settings: { connections },
      accounts,
      places: { secret: async () => 's', secretKeyRef: async () => 's' },
      openHttp: () => answer,
      credentialsOf: () => Promise.reject(new Error('nobody signs')),
      timers: clock.timers,
      onUse: (use) => uses.push(use),
    });
    return {
      fetch: async (
        url: string,
        { namespace = 'shop', mostWaitMs = Infinity, provider = 'datadog', method = 'GET' }: Asking = {},
      ) => {
        const run = { cluster: name, kind: 'AnalysisRun', namespace, name: 'run', uid: 'u' } as const;
        return opened
          .of(
            provider,
            {},
            {
              run,
              now: clock.now,
              hide() {},
              aside: async (wait) => wait(),
              mostWaitMs: () => mostWaitMs,
              outOfTime: () => new AssayError('ASSAY_STEP_ABORTED', 'no time', { retry: true }),
              fetch: answer,
              prepare: (request) => request,
            },
          )
          .fetch({ url, method });
      },
    };
  };
  return { clock, sent, uses, cluster, sayRetryAfter: (text: string | undefined) => void (retryAfter = text) };
}
interface Asking {
  readonly namespace?: string;
  readonly mostWaitMs?: number;
  readonly provider?: ProviderField;
  readonly method?: string;
}

test('500 measurements of 10 metrics on one connection of 5 a second: no 429, all in order, and nobody else waits', async () => {
  const { clock, sent, cluster } = openWorld(5);
  const { fetch } = cluster('c1');
  const answers: Promise<HttpResponse>[] = [];
  for (let run = 0; run < 500; run += 1) {
    for (let metric = 0; metric < 10; metric += 1) answers.push(fetch(`${URL_OF_DATADOG}?run=${run}&metric=${metric}`));
  }
  await clock.run(1000);
  const before = clock.timers.nowMs();
  const other = fetch('http://prometheus.corp/', { provider: 'prometheus' });
  await clock.run(100);
  expect((await other).status).toBe(200);
  expect(sent.find(({ url }) => url === 'http://prometheus.corp/')?.atMs).toBe(before);
  await clock.run(1_010_000);
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array.from({ length: 5000 }, () => 200));
  expect(sent.filter(({ status }) => status === 429)).toEqual([]);
  const asked = sent.filter(({ url }) => url.startsWith(URL_OF_DATADOG));
  expect(asked.map(({ url }) => url.split('?')[1])).toEqual(
    Array.from({ length: 5000 }, (_, nth) => `run=${Math.floor(nth / 10)}&metric=${nth % 10}`),
  );
  expect(Math.round((asked.at(-1)?.atMs ?? 0) / 10_000)).toBe(100);
});

describe('one account has one rate', () => {
  test('whichever clusters share it', async () => {
    const { clock, sent, cluster } = openWorld();
    const [one, two] = [cluster('c1'), cluster('c2')];
    for (let nth = 0; nth < 5; nth += 1) {
      void one.fetch(`${URL_OF_DATADOG}?one=${nth}`);
      void two.fetch(`${URL_OF_DATADOG}?two=${nth}`);
    }
    await clock.run(10_000);
    // A timer waits for whole milliseconds.
    expect(sent.map(({ atMs }) => Math.round(atMs / 100) * 100)).toEqual(
      Array.from({ length: 10 }, (_, nth) => nth * 200),
    );
  });

  test.each([
    { name: 'another rate', other: { ...DATADOG, limits: { requestsPerSecond: 6 } } },
    { name: 'another secret', other: { ...DATADOG, keys: { 'api-key': { secret: 'other' } } } },
    { name: 'another name', other: { ...DATADOG, name: 'other' } },
  ])('unless the settings say $name', async ({ other }) => {
    const { clock, sent, cluster } = openWorld();
    void cluster('c1').fetch(`${URL_OF_DATADOG}?one`);
    void cluster('c2', [other]).fetch(`${URL_OF_DATADOG}?two`);
    await clock.run(0);
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 0]);
  });

  test.each([
    { name: 'Secrets', each: { ...DATADOG, keys: { 'api-key': { secretKeyRef: { name: 'a', key: 'b' } } } } },
    { name: 'Services', each: { ...DATADOG, hosts: ['api.datadoghq.com', 'proxy.dd.svc'] } },
  ])('but $name are others in each cluster', async ({ each }) => {
    const { clock, sent, cluster } = openWorld();
    void cluster('c1', [each]).fetch(`${URL_OF_DATADOG}?one`);
    void cluster('c2', [each]).fetch(`${URL_OF_DATADOG}?two`);
    await clock.run(0);
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 0]);
  });
});

describe('the same request under way', () => {
  test('is sent once', async () => {
    const { clock, sent, cluster } = openWorld();
    const { fetch } = cluster('c1');
    const answers = Promise.all([fetch(URL_OF_DATADOG), fetch(URL_OF_DATADOG), fetch(`${URL_OF_DATADOG}?other`)]);
    await clock.run(1000);
    expect((await answers).map(({ body }) => body)).toEqual([
      URL_OF_DATADOG,
      URL_OF_DATADOG,
      `${URL_OF_DATADOG}?other`,
    ]);
    expect(sent).toHaveLength(2);
    void fetch(URL_OF_DATADOG);
    await clock.run(1000);
    expect(sent).toHaveLength(3);
  });

  test('is sent as often as asked where it may change something', async () => {
    const { clock, sent, cluster } = openWorld();
    const { fetch } = cluster('c1');
    for (const _ of [1, 2]) void fetch(URL_OF_DATADOG, { method: 'POST' });
    await clock.run(1000);
    expect(sent).toHaveLength(2);
  });

  test.each([
    { host: 'api.datadoghq.com', times: 1 },
    { host: 'proxy.dd', times: 2 },
    { host: 'proxy.dd.svc', times: 2 },
  ])('is sent once for all namespaces, but to what may be a Service for each: $host', async ({ host, times }) => {
    const { clock, sent, cluster } = openWorld();
    const { fetch } = cluster('c1', [{ name: 'dd', provider: 'datadog', hosts: [host] }]);
    for (const namespace of ['a', 'b', 'a']) void fetch(`https://${host}/`, { namespace });
    await clock.run(1000);
    expect(sent).toHaveLength(times);
  });

  test('is sent once for each cluster', async () => {
    const { clock, sent, cluster } = openWorld();
    void cluster('c1').fetch(URL_OF_DATADOG);
    void cluster('c2').fetch(URL_OF_DATADOG);
    await clock.run(1000);
    expect(sent).toHaveLength(2);
  });
});

describe('after 429', () => {
  const fast = { ...DATADOG, limits: { requestsPerSecond: 100, burst: 100 } };

  test('all who share the account wait, as long as it says, and nobody is told of it', async () => {
    const { clock, sent, uses, cluster, sayRetryAfter } = openWorld(1);
    sayRetryAfter('3');
    const { fetch } = cluster('c1', [fast]);
    const answers = Promise.all([fetch(`${URL_OF_DATADOG}?1`), fetch(`${URL_OF_DATADOG}?2`)]);
    await clock.run(100);
    const later = cluster('c2', [fast]).fetch(`${URL_OF_DATADOG}?3`);
    await clock.run(60_000);
    expect((await Promise.all([answers, later])).flat().map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(sent.filter(({ atMs }) => atMs > 0).map(({ atMs }) => atMs)[0]).toBeGreaterThanOrEqual(3000);
    expect(uses.filter(({ status }) => status === 429).length).toBe(sent.filter(({ status }) => status === 429).length);
  });

  test('without a word of how long, twice as long each time', async () => {
    const { clock, sent, cluster, sayRetryAfter } = openWorld(0);
    sayRetryAfter(undefined);
    void cluster('c1', [fast]).fetch(URL_OF_DATADOG);
    await clock.run(16_000);
    expect(sent.map(({ atMs }) => Math.round(atMs / 1000))).toEqual([0, 1, 3, 7, 15]);
  });

  test('a minute at most, whatever it says', async () => {
    const { clock, sent, cluster, sayRetryAfter } = openWorld(0);
    sayRetryAfter('86400');
    void cluster('c1', [fast]).fetch(URL_OF_DATADOG);
    await clock.run(61_000);
    expect(sent).toHaveLength(2);
  });

  test('it is the answer when the time of the measurement is over', async () => {
    const { clock, cluster } = openWorld(0);
    const short = { ...DATADOG, limits: { requestsPerSecond: 100, waitSeconds: 10 } };
    const answer = cluster('c1', [short]).fetch(URL_OF_DATADOG);
    await clock.run(20_000);
    expect((await answer).status).toBe(429);
  });
});

describe('a turn that does not come', () => {
  test('is an error when the connection lets nobody wait longer', async () => {
    const { clock, cluster } = openWorld();
    const slow = { ...DATADOG, limits: { requestsPerSecond: 0.01, waitSeconds: 60 } };
    const { fetch } = cluster('c1', [slow]);
    void fetch(`${URL_OF_DATADOG}?1`);
    const error = fetch(`${URL_OF_DATADOG}?2`).catch((thrown: unknown) => thrown);
    await clock.run(61_000);
    expect(await error).toMatchObject({
      code: 'ASSAY_CONNECTION_BUSY',
      message: 'connection dd: its turn did not come within 60 s',
    });
  });

  test('ends the step where that has no more time', async () => {
    const { clock, cluster } = openWorld();
    const slow = { ...DATADOG, limits: { requestsPerSecond: 0.01 } };
    const { fetch } = cluster('c1', [slow]);
    void fetch(`${URL_OF_DATADOG}?1`);
    const error = fetch(`${URL_OF_DATADOG}?2`, { mostWaitMs: 5000 }).catch((thrown: unknown) => thrown);
    await clock.run(6000);
    expect(await error).toMatchObject({ code: 'ASSAY_STEP_ABORTED' });
  });
});

test('figures tell of each request how long it waited and took', async () => {
  const { clock, uses, cluster } = openWorld(Infinity, 50);
  const { fetch } = cluster('c1');
  for (const nth of [1, 2]) void fetch(`${URL_OF_DATADOG}?${nth}`);
  await clock.run(1000);
  expect(uses).toEqual([
    { cluster: 'c1', connection: 'dd', status: 200, seconds: 0.05, waitedSeconds: 0 },
    { cluster: 'c1', connection: 'dd', status: 200, seconds: 0.05, waitedSeconds: 0.2 },
  ]);
});
