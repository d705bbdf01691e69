import type { Measurement } from '../model/analysis-run.ts';
import { AssayError } from '../model/errors.ts';
import { type Plugin, type PluginContext, pluginIn } from '../model/plugin.ts';
import { PLUGIN_SECONDS, pluginSettingOf } from '../model/plugin-settings.ts';
import type { PluginsContext, Provider, Reading } from '../model/provider.ts';
import type { PluginMetric } from '../model/providers/plugin.ts';
import { pluginEndpoint } from './plugin-endpoint.ts';
import { readingOfModule } from './plugin-reading.ts';
import { errorReading } from './reading.ts';

/** Of one plugin for one measurement. */
const MOST_REQUESTS = 100;

/**
 * Measures by what the operator has set for the name that a metric gives: a module of this process, or an endpoint. Whatever
 * comes of it is the measurement's own affair: what is thrown, what does not come in time and what is no reading is an Error
 * that begins with the plugin's name.
 */
export const plugin: Provider<PluginMetric, PluginsContext> = {
  read: (spec, context) => measure(spec, context, ({ plugin: served, config, own }) => served.read(config, own)),

  resume: (spec, measurement, context) =>
    measure(spec, context, ({ plugin: served, config, own }) => {
      if (!served.resume) throw new Error('the measurement is pending, and the plugin has no resume');
      return served.resume(config, measurement, own);
    }),

  terminate: (spec, measurement, context) => measure(spec, context, (asked) => terminated(asked, measurement)),
};

interface Asked {
  readonly plugin: Plugin;
  /** What the metric says under the plugin's name. */
  readonly config: unknown;
  readonly own: PluginContext;
}

/** What need not be ended goes on, and nobody looks at it any more. */
async function terminated({ plugin: served, config, own }: Asked, measurement: Measurement): Promise<unknown> {
  if (!served.terminate) return { is: 'verdict', phase: 'Inconclusive' };
  const reading: unknown = await served.terminate(config, measurement, own);
  if (typeof reading !== 'object' || reading === null || !('is' in reading) || reading.is !== 'pending') return reading;
  throw new Error('terminate left the measurement pending');
}

async function measure(
  spec: PluginMetric,
  context: PluginsContext,
  ask: (asked: Asked) => Promise<unknown>,
): Promise<Reading> {
  const [[name, config] = []] = Object.entries(spec);
  if (name === undefined) return errorReading('the metric names no plugin');
  const setting = pluginSettingOf(context.plugins, name);
  if (!setting) {
    const hint = `the settings of ${context.run.cluster} need plugins: {${JSON.stringify(name)}: {module: …}} or {url: …}`;
    return errorReading(`the plugin ${name} is not served here: ${hint}`);
  }
  const { module, url = '', timeoutSeconds = PLUGIN_SECONDS.byDefault } = setting;
  const limitMs = context.allowMs(timeoutSeconds * 1_000);
  try {
    const given = await withinTime(limitMs, context.signal, async (signal) => {
      const own = pluginContext(context, signal);
      if (module === undefined) return ask({ plugin: pluginEndpoint(name, url, limitMs), config, own });
      return ask({ plugin: pluginIn(await loaded(module, context), module), config, own });
    });
    return module === undefined ? (given as Reading) : readingOfModule(given, context.now());
  } catch (error) {
    return errorReading(`plugin ${name}: ${wordsOf(error)}`);
  }
}

async function loaded(module: string, { loadPlugin }: PluginsContext): Promise<unknown> {
  if (loadPlugin) return loadPlugin(module);
  throw new AssayError('ASSAY_PLUGIN_INVALID', 'modules are not loaded here: give the plugin a url');
}

/** What `work` gives, unless the time is over before, or the step is. */
async function withinTime<T>(
  limitMs: number,
  step: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const control = new AbortController();
  const over = Promise.withResolvers<never>();
  const end = (reason: string) => () => {
    const error = new Error(reason);
    control.abort(error);
    over.reject(error);
  };
  const timer = setTimeout(end(`no reading within ${limitMs / 1_000} seconds`), limitMs);
  const onStep = end('the step was ended');
  step?.addEventListener('abort', onStep, { once: true });
  try {
    return await Promise.race([work(control.signal), over.promise]);
  } finally {
    clearTimeout(timer);
    step?.removeEventListener('abort', onStep);
    // What goes on all the same asks for nothing any more.
    control.abort(new Error('the measurement is over'));
  }
}

function pluginContext(context: PluginsContext, signal: AbortSignal): PluginContext {
  const { fetch, now, run, key, secrets, startedAt, interval } = context;
  let requests = 0;
  return {
    now,
    run,
    key,
    startedAt,
    interval,
    signal,
    async fetch(request) {
      signal.throwIfAborted();
      if (++requests > MOST_REQUESTS) throw new Error(`more than ${MOST_REQUESTS} requests for one measurement`);
      return fetch(request);
    },
    secrets: {
      async read(secret, options) {
        signal.throwIfAborted();
        return secrets.read(secret, options);
      },
      variable: (variable) => (signal.aborted ? undefined : secrets.variable(variable)),
    },
  };
}

/** Anything may be thrown. */
function wordsOf(error: unknown): string {
  try {
    if (error instanceof AssayError) return error.words;
    return error instanceof Error ? error.message : String(error);
  } catch {
    return 'it failed, and says nothing that can be read';
  }
}
