import { ownSecrets } from '../clusters/access/secret-reference.ts';
import { kubeConfigCredentials, type KubeConfigSource, listContexts } from '../clusters/access/kubeconfig.ts';
import type { ClusterRouters } from '../model/cluster-routers.ts';
import { type ClusterSettings, parseClusterSettings } from '../model/cluster-settings.ts';
import { AssayError } from '../model/errors.ts';
import type { CheckResult } from '../doctor/check-result.ts';
import { checkCluster } from '../doctor/check-cluster.ts';
import { openHttp } from '../http/open-http.ts';
import {
  openRegisteredCluster,
  registeredCredentials,
  registeredProviderSettings,
  rulesOf,
} from '../aws/registered-cluster.ts';
import { registeredConnections } from '../aws/registered-connections.ts';
import { openAccounts } from '../connections/accounts.ts';
import { checkConnections } from '../doctor/check-connections.ts';
import { providerSecrets } from '../kinds/provider-secrets.ts';
import type { Secrets } from '../model/cluster-documents.ts';
import { systemTimers } from '../queues/system-timers.ts';
import { hasFailed, reportJson, reportText } from './clusters-report.ts';
import { openStage, readDocument, type Stage, type StageOptions } from './clusters-stage.ts';
import type { Console } from './console.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { InputError } from './input-error.ts';

export interface CheckOptions extends StageOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly rollouts?: boolean;
  readonly router?: ClusterRouters;
  readonly address: readonly string[];
  /** As the deployment has them (`sharedSecrets`). */
  readonly sharedSecret?: readonly string[];
}

/** `assay clusters check`: of a registered cluster, or of one in a kubeconfig. */
export async function checkClusters(
  name: string | undefined,
  options: CheckOptions,
  console: Console,
): Promise<ExitCode> {
  if ((name === undefined) === (options.kubeconfig === undefined)) {
    throw new InputError('give the name of a registered cluster or --kubeconfig FILE, not both');
  }
  if (name === undefined) return checkKubeconfig(options, console);
  return checkRegistered(name, options, openStage(options), console);
}

/** Checks a cluster as its document has it. A document that cannot be read is what fails. */
export async function checkRegistered(
  name: string,
  options: CheckOptions,
  stage: Stage,
  console: Console,
): Promise<ExitCode> {
  const text = await readDocument(name, stage);
  let settings: ClusterSettings;
  try {
    settings = parseClusterSettings(name, text);
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    const { message, hint: mend } = error;
    return report(name, [{ area: 'server', subject: 'settings', status: 'fail', message, mend }], options, console);
  }
  const secrets = ownSecrets(stage.secrets, { own: stage.secretNameOf(name), shared: options.sharedSecret ?? [] });
  const { addressMode, prometheusAddress } = settings;
  const http = openHttp(rulesOf(settings, undefined));
  const results = await checkCluster({
    name,
    credentials: registeredCredentials(name, settings, { ...stage, secrets }),
    http,
    addressMode,
    namespace: options.namespace ?? settings.namespace,
    rollouts: options.rollouts ?? settings.rollouts,
    routers: { ...settings.routers, ...options.router },
    addresses:
      options.address.length > 0 ? options.address : prometheusAddress === undefined ? [] : [prometheusAddress],
    now: stage.now,
  });
  const connections = await checkRegisteredConnections(name, settings, { ...stage, secrets });
  return report(name, [...results, ...connections], options, console);
}

async function checkRegisteredConnections(
  name: string,
  settings: ClusterSettings,
  { secrets, roles, now }: Pick<Stage, 'roles' | 'now'> & { readonly secrets: Secrets },
): Promise<readonly CheckResult[]> {
  const { connections = [] } = settings;
  if (connections.length === 0) return [];
  const log = { error() {} };
  const cluster = openRegisteredCluster(name, settings, { secrets, roles, now, log });
  const accounts = openAccounts(systemTimers);
  const provided = registeredProviderSettings(name, settings, roles);
  try {
    return await checkConnections({
      connections,
      open: (each) => registeredConnections(cluster, { ...settings, ...each }, { accounts, secrets, roles }),
      fetch: (request) => cluster.fetch(request),
      secrets: providerSecrets(cluster, settings.namespace ?? 'default', provided, () => {}),
      settings: provided,
      now,
    });
  } finally {
    await cluster.close();
  }
}

/** Addresses outside of the cluster are asked from the network of whoever asks: private ones are let through. */
async function checkKubeconfig(options: CheckOptions, console: Console): Promise<ExitCode> {
  const source: KubeConfigSource = { file: options.kubeconfig ?? '' };
  const contexts = await listContexts(source);
  const chosen = options.context ?? contexts.find(({ isCurrent }) => isCurrent)?.name ?? 'cluster';
  const results = await checkCluster({
    name: chosen,
    credentials: await kubeConfigCredentials(source, options.context),
    http: openHttp({ privateNetworks: 'allow' }),
    addressMode: 'proxy',
    namespace: options.namespace,
    rollouts: options.rollouts,
    routers: options.router,
    addresses: options.address,
    now: () => new Date(),
  });
  return report(chosen, results, options, console);
}

function report(name: string, results: readonly CheckResult[], { output }: StageOptions, { out }: Console): ExitCode {
  out.write(
    output === 'json'
      ? `${JSON.stringify(reportJson(name, results), undefined, 2)}\n`
      : reportText(name, results, out.paint),
  );
  return hasFailed(results) ? EXIT.failed : EXIT.ok;
}
