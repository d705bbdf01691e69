import { afterEach, describe, expect, test, vi } from 'vitest';
import { AssayError } from '../../lib/model/errors.ts';
import type { Plugin } from '../../lib/model/plugin.ts';
import type { PluginsContext, Reading } from '../../lib/model/provider.ts';
import { plugin } from '../../lib/providers/plugin.ts';
import { aMeasurement } from '../builders.ts';
import { aContext, NOW } from './context.ts';

afterEach(() => {
  vi.useRealTimers();
});

const SPEC = { 'acme/queue': { queue: 'orders' } };
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1_000);

function contextWith(module: unknown, override: Partial<PluginsContext> = {}): PluginsContext {
  return {
    ...aContext(),
    plugins: { 'acme/queue': { module: '@acme/queue' } },
    loadPlugin: async () => module,
    allowMs: (wantedMs) => wantedMs,
    signal: undefined,
    ...override,
  };
}

/** Of a plugin that gives anything. */
const giving = (reading: unknown) => contextWith({ default: { read: async () => reading } });
const value = (result: unknown, more: object = {}) => ({ is: 'value', result, ...more });

test('a module is given what the metric says under its name, and what plugins may use', async () => {
  const read = vi.fn<Plugin['read']>(async () => ({ is: 'verdict', phase: 'Successful' }));
  const context = contextWith({ default: { read } }, { environment: { DD_API_KEY: 'k' } });
  expect(await plugin.read(SPEC, context)).toEqual({ is: 'verdict', phase: 'Successful' });
  const [config, own] = read.mock.calls[0] ?? [];
  expect(config).toEqual({ queue: 'orders' });
  const names = ['fetch', 'interval', 'key', 'now', 'run', 'secrets', 'signal', 'startedAt'];
  expect(Object.keys(own ?? {}).toSorted()).toEqual(names);
});

const circle: unknown[] = [];
circle.push(circle);

test.each<{ reading: unknown; want: Reading }>([
  {
    reading: value({ type: 'float64', value: 5 }),
    want: value({ type: 'float64', value: 5 }, { shown: '5' }) as Reading,
  },
  {
    reading: value({ type: 'float64', value: Number.NaN }, { shown: 'none' }),
    want: value({ type: 'float64', value: Number.NaN }, { shown: 'none' }) as Reading,
  },
  {
    reading: value({ type: '[]float64', value: [1, -Infinity] }, { metadata: { a: 'b' } }),
    want: value({ type: '[]float64', value: [1, -Infinity] }, { shown: '[1,-Inf]', metadata: { a: 'b' } }) as Reading,
  },
  {
    reading: value({ type: 'json', value: { b: new Date(0), a: undefined } }),
    want: value(
      { type: 'json', value: { b: '1970-01-01T00:00:00.000Z' } },
      { shown: '{"b":"1970-01-01T00:00:00.000Z"}' },
    ) as Reading,
  },
  {
    reading: value({ type: 'string', value: 'up' }),
    want: value({ type: 'string', value: 'up' }, { shown: 'up' }) as Reading,
  },
  {
    reading: { is: 'verdict', phase: 'Inconclusive', message: 'so so', shown: '5' },
    want: { is: 'verdict', phase: 'Inconclusive', message: 'so so', shown: '5' },
  },
  { reading: { is: 'pending' }, want: { is: 'pending', resumeAt: later(15) } },
  {
    reading: { is: 'pending', resumeAt: later(-60), metadata: { id: '7' } },
    want: { is: 'pending', resumeAt: later(1), metadata: { id: '7' } },
  },
])('the reading %j is taken', async ({ reading, want }) => {
  expect(await plugin.read(SPEC, giving(reading))).toEqual(want);
});

test.each<{ name: string; reading: unknown; says: string }>([
  { name: 'nothing', reading: undefined, says: 'the reading: expected an object' },
  { name: 'a bare number', reading: 5, says: 'the reading: expected an object' },
  { name: 'no kind of reading', reading: { value: 5 }, says: 'is: expected value, verdict or pending' },
  { name: 'no result', reading: { is: 'value' }, says: 'result: expected an object' },
  { name: 'a result of no type', reading: value({ value: 5 }), says: 'result.type: expected float64' },
  {
    name: 'a text for a number',
    reading: value({ type: 'float64', value: '5' }),
    says: 'result.value: expected a number',
  },
  { name: 'a list with a hole', reading: value({ type: '[]float64', value: [1, null] }), says: 'expected a list' },
  {
    name: 'a list without end',
    reading: value({ type: '[]float64', value: Array.from({ length: 100_001 }, () => 1) }),
    says: 'expected a list of at most 100000 numbers',
  },
  { name: 'a circle', reading: value({ type: 'json', value: circle }), says: 'result.value: is no JSON' },
  { name: 'a bigint', reading: value({ type: 'json', value: 1n }), says: 'result.value: is no JSON' },
  { name: 'a function', reading: value({ type: 'json', value: () => 1 }), says: 'result.value: required, but missing' },
  {
    name: 'a flood',
    reading: value({ type: 'json', value: 'x'.repeat(2 ** 20) }),
    says: 'result.value: longer than 1048576 characters',
  },
  {
    name: 'metadata without end',
    reading: { is: 'verdict', phase: 'Failed', metadata: { a: 'x'.repeat(10_001) } },
    says: 'metadata: longer than 10000 characters',
  },
  {
    name: 'metadata of numbers',
    reading: { is: 'pending', metadata: { a: 1 } },
    says: 'metadata.a: expected a string',
  },
  {
    name: 'a phase that is none',
    reading: { is: 'verdict', phase: 'Great' },
    says: 'phase: expected one of Successful',
  },
  {
    name: 'a time that is none',
    reading: { is: 'pending', resumeAt: new Date(Number.NaN) },
    says: 'resumeAt: expected a Date',
  },
  {
    name: 'no resume for what is pending',
    reading: { is: 'pending', resumeAt: '10s' },
    says: 'resumeAt: expected a Date',
  },
  {
    name: 'a trap',
    reading: new Proxy(
      {},
      {
        get: () => {
          throw new Error('trapped');
        },
      },
    ),
    says: 'trapped',
  },
])('$name is an Error', async ({ reading, says }) => {
  expect(await plugin.read(SPEC, giving(reading))).toMatchObject({
    is: 'verdict',
    phase: 'Error',
    message: expect.stringMatching(new RegExp(`^plugin acme/queue: .*${says}`)),
  });
});

const unprintable = {
  toString: () => {
    throw new Error('no text');
  },
};

test.each<{ name: string; read: unknown; says: string }>([
  {
    name: 'rejects',
    read: async () => Promise.reject(new Error('queue not found')),
    says: 'plugin acme/queue: queue not found',
  },
  {
    name: 'throws at once',
    read: () => {
      throw new Error('no');
    },
    says: 'plugin acme/queue: no',
  },
  {
    name: 'throws a text',
    read: () => {
      throw 'no';
    },
    says: 'plugin acme/queue: no',
  },
  {
    name: 'throws what has no text',
    read: () => {
      throw unprintable;
    },
    says: 'plugin acme/queue: it failed, and says nothing that can be read',
  },
  {
    name: 'throws an error of the way out',
    read: async () => Promise.reject(new AssayError('ASSAY_ADDRESS_REFUSED', 'x: not permitted')),
    says: 'plugin acme/queue: x: not permitted',
  },
])('a plugin that $name is an Error', async ({ read, says }) => {
  expect(await plugin.read(SPEC, contextWith({ default: { read } }))).toEqual({
    is: 'verdict',
    phase: 'Error',
    message: says,
  });
});

test('a message without end is cut', async () => {
  const endless = { read: () => Promise.reject(new Error('x'.repeat(5_000_000))) };
  const reading = await plugin.read(SPEC, contextWith({ default: endless }));
  expect(JSON.stringify(reading).length).toBeLessThan(3_000);
});

describe('a plugin that hangs', () => {
  test('is an Error when its time is over, and asks for nothing afterwards', async () => {
    vi.useFakeTimers();
    const fetch = vi.fn<PluginsContext['fetch']>(async () => ({ status: 200, headers: {}, body: '' }));
    const own = Promise.withResolvers<Parameters<Plugin['read']>[1]>();
    const read: Plugin['read'] = async (_spec, context) => {
      own.resolve(context);
      return new Promise(() => {});
    };
    const settings = { 'acme/queue': { module: 'm', timeoutSeconds: 5 } };
    const reading = plugin.read(SPEC, contextWith({ default: { read } }, { plugins: settings, fetch }));
    const context = await own.promise;
    await context.fetch({ url: 'http://x.example.com' });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await reading).toEqual({
      is: 'verdict',
      phase: 'Error',
      message: 'plugin acme/queue: no reading within 5 seconds',
    });
    expect(context.signal.aborted).toBe(true);
    await expect(context.fetch({ url: 'http://x.example.com' })).rejects.toThrow('no reading within 5 seconds');
    await expect(context.secrets.read('rabbitmq')).rejects.toThrow('no reading within 5 seconds');
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('while it is loaded is an Error, too', async () => {
    vi.useFakeTimers();
    const reading = plugin.read(SPEC, contextWith(undefined, { loadPlugin: () => new Promise(() => {}) }));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await reading).toMatchObject({ phase: 'Error', message: 'plugin acme/queue: no reading within 30 seconds' });
  });

  test('ends with its step', async () => {
    const control = new AbortController();
    const read = () => {
      control.abort();
      return new Promise(() => {});
    };
    const reading = await plugin.read(SPEC, contextWith({ default: { read } }, { signal: control.signal }));
    expect(reading).toMatchObject({ phase: 'Error', message: 'plugin acme/queue: the step was ended' });
  });
});

const asking: Plugin = {
  async read(_spec, context) {
    for (;;) await context.fetch({ url: 'http://x.example.com' });
  },
};

test('a plugin that asks without end is an Error', async () => {
  const fetch = vi.fn<PluginsContext['fetch']>(async () => ({ status: 200, headers: {}, body: '' }));
  const reading = await plugin.read(SPEC, contextWith({ plugin: asking }, { fetch }));
  expect(reading).toMatchObject({
    phase: 'Error',
    message: 'plugin acme/queue: more than 100 requests for one measurement',
  });
  expect(fetch).toHaveBeenCalledTimes(100);
});

test.each<{ name: string; spec: Record<string, unknown>; says: RegExp }>([
  {
    name: 'that nobody has set',
    spec: { 'acme/other': {} },
    says: /^the plugin acme\/other is not served here: the settings of c1 need plugins: \{"acme\/other": \{module: …\}\} or \{url: …\}$/,
  },
  { name: 'named like a method', spec: { constructor: {} }, says: /^the plugin constructor is not served here/ },
  { name: 'without a name', spec: {}, says: /^the metric names no plugin$/ },
])('a plugin $name is an Error that says so', async ({ spec, says }) => {
  expect(await plugin.read(spec, giving({ is: 'pending' }))).toMatchObject({
    phase: 'Error',
    message: expect.stringMatching(says),
  });
});

test.each<{ module: unknown }>([
  { module: undefined },
  { module: {} },
  { module: { read: async () => ({}) } },
  { module: { default: {} } },
  { module: { default: { read: async () => ({}), resume: 5 } } },
])('the module $module exports no plugin', async ({ module }) => {
  expect(await plugin.read(SPEC, contextWith(module))).toMatchObject({
    phase: 'Error',
    message: 'plugin acme/queue: the module @acme/queue exports no plugin: expected export const plugin = {read, …}',
  });
});

const pending = aMeasurement({ phase: 'Running', metadata: { id: '7' } });

test('what is pending is looked at again, and ended', async () => {
  const module: Plugin = {
    read: async () => ({ is: 'pending' }),
    resume: async (_spec, { metadata }) => ({ is: 'verdict', phase: 'Successful', message: `id ${metadata?.['id']}` }),
    terminate: async () => ({ is: 'verdict', phase: 'Failed' }),
  };
  const context = contextWith({ default: module });
  expect(await plugin.resume?.(SPEC, pending, context)).toMatchObject({ phase: 'Successful', message: 'id 7' });
  expect(await plugin.terminate?.(SPEC, pending, context)).toMatchObject({ phase: 'Failed' });
});

test('where a plugin cannot look again, that is an Error; where it cannot end, nobody looks any more', async () => {
  const context = giving({ is: 'pending' });
  expect(await plugin.resume?.(SPEC, pending, context)).toMatchObject({
    phase: 'Error',
    message: 'plugin acme/queue: the measurement is pending, and the plugin has no resume',
  });
  expect(await plugin.terminate?.(SPEC, pending, context)).toEqual({ is: 'verdict', phase: 'Inconclusive' });
});

test('what is pending after its end is an Error', async () => {
  const still: Reading = { is: 'pending' };
  const context = contextWith({ default: { read: async () => still, terminate: async () => still } });
  expect(await plugin.terminate?.(SPEC, pending, context)).toMatchObject({
    phase: 'Error',
    message: 'plugin acme/queue: terminate left the measurement pending',
  });
});
