import { formatKey } from '../model/measurement-key.ts';
import type { Measurement } from '../model/analysis-run.ts';
import type { Plugin, PluginContext } from '../model/plugin.ts';
import type { Reading } from '../model/provider.ts';
import { readingOfAnswer } from './plugin-reading.ts';

/** Of the protocol: docs/plugins.md says what it promises. */
const VERSION = 1;

/**
 * A plugin that is asked over HTTP, in the JSON of docs/plugins.md. Each request may be repeated: it carries the key of the
 * measurement, by which the plugin knows what it has begun already.
 */
export function pluginEndpoint(name: string, url: string, timeoutMs: number): Plugin {
  const ask = async (
    action: 'run' | 'resume' | 'terminate',
    config: unknown,
    { fetch, now, run, key, interval, startedAt }: PluginContext,
    measurement?: Measurement,
  ): Promise<Reading> => {
    const { cluster, namespace, name: runName, uid } = run;
    const question = {
      version: VERSION,
      action,
      plugin: name,
      config,
      key: formatKey(key),
      run: { cluster, namespace, name: runName, uid, startedAt },
      metric: { name: key.metric, interval },
      ...(measurement && { measurement: { startedAt: measurement.startedAt, metadata: measurement.metadata ?? {} } }),
    };
    const { status, body } = await fetch({
      url,
      method: 'POST',
      headers: [
        ['Content-Type', 'application/json'],
        ['Accept', 'application/json'],
      ],
      body: JSON.stringify(question),
      timeoutMs,
      repeatable: true,
    });
    return readingOfAnswer(status, body, now());
  };
  return {
    read: async (spec, context) => ask('run', spec, context),
    resume: async (spec, measurement, context) => ask('resume', spec, context, measurement),
    terminate: async (spec, measurement, context) => ask('terminate', spec, context, measurement),
  };
}
