import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SampleService, startSampleService } from '../../lib/cli/sample-service.ts';

let service: SampleService;
beforeAll(async () => {
  service = await startSampleService();
});
afterAll(() => service.close());

async function query(path: string, parameters: Record<string, string>, method = 'GET'): Promise<unknown> {
  const encoded = new URLSearchParams(parameters).toString();
  const url = `${service.url}/api/v1/${path}`;
  const answer = await (method === 'GET'
    ? fetch(`${url}?${encoded}`)
    : fetch(url, { method, body: new URLSearchParams(encoded) }));
  return answer.json();
}

const vector = (value: string) => ({
  status: 'success',
  data: { resultType: 'vector', result: [{ metric: {}, value: [expect.any(Number), value] }] },
});

const page = async (path: string) => {
  const answer = await fetch(service.url + path);
  return [answer.status, await answer.json()];
};

test('an instant: success of the service named, another answer each time', async () => {
  const asked = { query: 'sum(rate(x{service="checkout",code!~"5.."}[1m]))' };
  expect(await query('query', asked)).toEqual(vector('0.9920'));
  expect(await query('query', asked, 'POST')).toEqual(vector('0.9880'));
});

test('a range: errors, where the query asks for them', async () => {
  const parameters = { query: 'x{service="payments",code=~"5.."}', start: '0', end: '120', step: '60' };
  expect(await query('query_range', parameters)).toEqual({
    status: 'success',
    data: {
      resultType: 'matrix',
      result: [
        {
          metric: {},
          values: [
            [0, '0.0200'],
            [60, '0.0200'],
            [120, '0.0200'],
          ],
        },
      ],
    },
  });
});

test('an unknown service has no series', async () => {
  expect(await query('query', { query: 'up' })).toMatchObject({ data: { result: [] } });
});

test('the pages', async () => {
  expect(await page('/health')).toEqual([200, { checks: { orders: { status: 'healthy' } } }]);
  expect(await page('/health')).toEqual([200, { checks: { orders: { status: 'degraded' } } }]);
  expect(await page('/order/42')).toEqual([200, { order: 42, state: 'delivered' }]);
  expect(await page('/nope')).toMatchObject([404, { error: expect.stringContaining('/health') }]);
});
