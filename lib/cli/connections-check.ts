import { kubeConfigCredentials } from '../clusters/access/kubeconfig.ts';
import { kubernetesCluster, type KubernetesCluster } from '../clusters/api/kubernetes.ts';
import { checkConnections } from '../doctor/check-connections.ts';
import { openHttp } from '../http/open-http.ts';
import { providerSecrets } from '../kinds/provider-secrets.ts';
import { AssayError } from '../model/errors.ts';
import type { Cluster } from '../model/cluster.ts';
import { didYouMean } from '../model/suggest.ts';
import { hasFailed, reportJson, reportText } from './clusters-report.ts';
import type { Console } from './console.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { InputError } from './input-error.ts';
import { metricEnvironment } from './metric-environment.ts';
import { readServeSettings } from './serve-settings.ts';
import { settingsConnections } from './settings-connections.ts';

export interface ConnectionsCheckOptions {
  readonly settings: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly allowHost: readonly string[];
  readonly output: 'text' | 'json';
}

/** `assay connections check`. @throws InputError where there is no such connection */
export async function checkNamed(
  name: string | undefined,
  options: ConnectionsCheckOptions,
  { out, env }: Console,
): Promise<ExitCode> {
  const { connections = [] } = await readServeSettings(options.settings);
  const chosen = connections.filter((each) => name === undefined || each.name === name);
  if (chosen.length === 0) {
    const names = connections.map((each) => each.name);
    const which = name === undefined ? 'no connections' : `no connection ${name}${didYouMean(name, names)}`;
    throw new InputError(`${options.settings}: there is ${which}`);
  }
  const rules = { privateNetworks: 'allow', allow: options.allowHost } as const;
  const http = openHttp(rules);
  const cluster = await openCluster(options, http);
  try {
    const results = await checkConnections({
      connections: chosen,
      open: (settings) => settingsConnections(settings, rules)(cluster ?? NO_CLUSTER),
      fetch: (request) => (cluster ? cluster.fetch(request) : http(request)),
      secrets: providerSecrets(cluster ?? NO_CLUSTER, 'default', metricEnvironment(env), () => {}),
      now,
    });
    const about = name ?? options.settings;
    const json = () => `${JSON.stringify(reportJson(about, results), undefined, 2)}\n`;
    out.write(options.output === 'json' ? json() : reportText(about, results, out.paint));
    return hasFailed(results) ? EXIT.failed : EXIT.ok;
  } finally {
    http.close();
    await cluster?.close();
  }
}

function now(): Date {
  return new Date();
}

async function openCluster(
  { kubeconfig, context }: ConnectionsCheckOptions,
  http: ReturnType<typeof openHttp>,
): Promise<KubernetesCluster | undefined> {
  if (kubeconfig === undefined) return undefined;
  const credentials = await kubeConfigCredentials({ file: kubeconfig }, context);
  return kubernetesCluster({ name: context ?? 'cluster', credentials, http, now });
}

const NO_CLUSTER: Pick<Cluster, 'name' | 'get'> = {
  name: 'no cluster',
  get: async (_kind, { name }) => {
    throw new AssayError('ASSAY_SECRET_UNREADABLE', `secret ${name}: give --kubeconfig to read Secrets of a cluster`);
  },
};
