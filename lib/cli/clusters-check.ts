import { ownSecrets } from '../clusters/access/secret-reference.ts';
import { kubeConfigCredentials, type KubeConfigSource, listContexts } from '../clusters/access/kubeconfig.ts';
import type { ClusterRouters } from '../model/cluster-routers.ts';
import { type ClusterSettings, parseClusterSettings } from '../model/cluster-settings.ts';
import { AssayError } from '../model/errors.ts';
import { isObject } from '../model/is-object.ts';
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
import { lookAtEach } from '../doctor/look-at-each.ts';
import { type CheckedCluster, clustersJunit } from './clusters-junit.ts';
import { areMany, chooseNames } from './clusters-names.ts';
import { showProgress } from './clusters-progress.ts';
import { hasFailed, reportJson, reportManyJson, reportManyText, reportText } from './clusters-report.ts';
import { openStage, readDocument, type Stage, type StageOptions } from './clusters-stage.ts';
import type { Console } from './console.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { InputError } from './input-error.ts';
import { lookFailure } from './look-failure.ts';

export interface CheckOptions extends Pick<StageOptions, 'stage'> {
  readonly output: 'text' | 'json' | 'junit';
  /** Every registered cluster. */
  readonly all?: boolean;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly rollouts?: boolean;
  readonly router?: ClusterRouters;
  readonly address: readonly string[];
  /** As the deployment has them (`sharedSecrets`). */
  readonly sharedSecret?: readonly string[];
}

/** `assay clusters check`: of registered clusters, or of one in a kubeconfig. */
export async function checkClusters(
  names: readonly string[],
  options: CheckOptions,
  console: Console,
): Promise<ExitCode> {
  const { all = false, kubeconfig } = options;
  if ([names.length > 0, all, kubeconfig !== undefined].filter(Boolean).length !== 1) {
    throw new InputError('give the name of a registered cluster, --all or --kubeconfig FILE, one of them');
  }
  if (kubeconfig !== undefined) return checkKubeconfig(options, console);
  const stage = openStage(options);
  const [name = ''] = names;
  if (!areMany({ names, all })) return checkRegistered(name, options, stage, console);
  const documents = await stage.documents.readAll();
  const chosen = chooseNames([...documents.keys()], { names, all }, 'cluster');
  const served = new Map(
    chosen.flatMap((each) => {
      const text = documents.get(each) ?? '';
      return isDisabled(text) ? [] : [[each, text] as const];
    }),
  );
  return reportMany(await checkMany(served, options, stage, console), options, console);
}

/** Checks a cluster as its document has it. */
export async function checkRegistered(
  name: string,
  options: CheckOptions,
  stage: Stage,
  console: Console,
): Promise<ExitCode> {
  const text = await readDocument(name, stage);
  return report(name, await inspectRegistered(name, text, options, stage), options, console);
}

/** Checks clusters by their documents, several at once; what one of them does stops no other. */
export async function checkMany(
  documents: ReadonlyMap<string, string>,
  options: CheckOptions,
  stage: Stage,
  console: Console,
): Promise<readonly CheckedCluster[]> {
  const progress = showProgress(console.err, 'checked', documents.size);
  const found = await lookAtEach<readonly CheckResult[]>([...documents.keys()], {
    look: (name) => inspectRegistered(name, documents.get(name) ?? '', options, stage),
    failed: (_name, error) => [failureOf(error)],
    onDone: (_name, results) => progress.done(!hasFailed(results)),
  });
  progress.close();
  return found.map(({ name, found: results }) => ({ name, results }));
}

/** Prints what was found in several clusters. */
export function reportMany(
  checked: readonly CheckedCluster[],
  { output }: Pick<CheckOptions, 'output'>,
  { out }: Console,
): ExitCode {
  if (output === 'junit') out.write(clustersJunit(checked));
  else if (output === 'json') out.write(`${JSON.stringify(reportManyJson(checked), undefined, 2)}\n`);
  else out.write(reportManyText(checked, out.paint));
  return checked.some(({ results }) => hasFailed(results)) ? EXIT.failed : EXIT.ok;
}

function failureOf(error: unknown): CheckResult {
  const mend = error instanceof AssayError ? error.hint : 'Check this cluster by itself: `assay clusters check NAME`.';
  return { area: 'server', subject: 'API server', status: 'fail', message: lookFailure(error), mend };
}

function isDisabled(text: string): boolean {
  try {
    const document: unknown = JSON.parse(text);
    return isObject(document) && document['disabled'] === true;
  } catch {
    return false;
  }
}

/** What is found in a cluster, as its document has it. A document that cannot be read is what fails. */
async function inspectRegistered(
  name: string,
  text: string,
  options: CheckOptions,
  stage: Stage,
): Promise<readonly CheckResult[]> {
  let settings: ClusterSettings;
  try {
    settings = parseClusterSettings(name, text);
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    const { message, hint: mend } = error;
    return [{ area: 'server', subject: 'settings', status: 'fail', message, mend }];
  }
  const secrets = ownSecrets(stage.secrets, { own: stage.secretNameOf(name), shared: options.sharedSecret ?? [] });
  const { addressMode, prometheusAddress } = settings;
  const http = openHttp(rulesOf(settings, undefined));
  try {
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
    return [...results, ...(await checkRegisteredConnections(name, settings, { ...stage, secrets }))];
  } finally {
    http.close();
  }
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

function report(name: string, results: readonly CheckResult[], { output }: CheckOptions, { out }: Console): ExitCode {
  if (output === 'junit') out.write(clustersJunit([{ name, results }]));
  else if (output === 'json') out.write(`${JSON.stringify(reportJson(name, results), undefined, 2)}\n`);
  else out.write(reportText(name, results, out.paint));
  return hasFailed(results) ? EXIT.failed : EXIT.ok;
}
