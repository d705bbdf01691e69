import { expect, test } from 'vitest';
import { type EventsBody, httpBus } from '../../lib/sinks/http.ts';
import { openBus } from '../../lib/sinks/open-bus.ts';
import { openPlainHttp } from '../../lib/http/plain-http.ts';
import { openStubServer } from '../clusters/api/stub-server.ts';
import { anEvent, describeBus } from '../contract/bus.ts';

describeBus('http', async () => {
  let status: number | undefined;
  const taken: EventsBody['events'][number][] = [];
  const stub = await openStubServer(({ body, headers }) => {
    if (headers.authorization !== 'Bearer secret') return { status: 401 };
    if (status !== undefined) return { status };
    taken.push(...(JSON.parse(body) as EventsBody).events);
    return { status: 202 };
  });
  const http = openPlainHttp();
  return {
    bus: httpBus({ url: stub.url, token: () => 'secret', http: http.send }),
    taken: () =>
      taken.map(({ source, 'detail-type': detailType, detail }) => ({
        source,
        detailType,
        detail: detail as Record<string, unknown>,
      })),
    answerWith: (other) => void (status = other),
    async close() {
      http.close();
      await stub.close();
    },
  };
});

test('nobody there: it may be tried again, and the token is not told', async () => {
  const stub = await openStubServer(() => ({}));
  await stub.close();
  const http = openPlainHttp();
  const bus = httpBus({ url: stub.url, token: () => 'secret', http: http.send });
  const error: unknown = await bus.publish([anEvent('a')]).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'ASSAY_BUS_UNREACHABLE', retry: true });
  expect(String(error)).not.toContain('secret');
  http.close();
});

test.each([
  { name: 'nothing', address: '' },
  { name: 'no URL', address: 'assay' },
  { name: 'no URL that anybody answers', address: 'http://' },
  { name: 'no ARN of a bus', address: 'arn:aws:sns:eu-west-1:111122223333:assay' },
])('an address must be one: $name', async ({ address }) => {
  const opening = openBus(address, { token: () => '', http: async () => Promise.reject(new Error('not asked')) });
  await expect(opening).rejects.toMatchObject({ code: 'ASSAY_SETTING_INVALID' });
});
