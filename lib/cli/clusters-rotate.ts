import { isDeepStrictEqual } from 'node:util';
import { MAX_AGE_MS } from '../clusters/access/settings-credentials.ts';
import { ownSecrets } from '../clusters/access/secret-reference.ts';
import { checkCluster } from '../doctor/check-cluster.ts';
import type { CheckResult } from '../doctor/check-result.ts';
import { lookAtEach } from '../doctor/look-at-each.ts';
import { registeredCredentials } from '../aws/registered-cluster.ts';
import type { Secrets } from '../model/cluster-documents.ts';
import { type ClusterDocument, methodOf, parseClusterSettings } from '../model/cluster-settings.ts';
import { AssayError } from '../model/errors.ts';
import { writePlan } from './clusters-add.ts';
import { type FromKubeconfig, openKubeconfig } from './clusters-kubeconfig.ts';
import { areMany, chooseNames, nameFor } from './clusters-names.ts';
import { showProgress } from './clusters-progress.ts';
import { openStage, readDocument, type Stage, type StageOptions } from './clusters-stage.ts';
import type { Console } from './console.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { InputError } from './input-error.ts';
import { lookFailure } from './look-failure.ts';
import { readSecretText } from './given-text.ts';
import { textTable } from './text-table.ts';

export interface RotateOptions extends StageOptions {
  readonly all?: boolean;
  readonly fromKubeconfig?: string;
  readonly context?: string;
  /** `-`: standard input. */
  readonly tokenFile?: string;
  /** What the names of clusters look like, made of those of contexts. */
  readonly names: string;
  readonly sharedSecret?: readonly string[];
  readonly dryRun?: boolean;
}

/** Gives the new way in of a cluster; undefined where there is none for it. */
type NewWay = (name: string, secretName: string) => Promise<FromKubeconfig | undefined>;

interface Row {
  readonly name: string;
  readonly outcome: 'rotated' | 'would be rotated' | 'unchanged' | 'nothing to rotate' | 'refused';
  /** How long containers may use the old ones, where the API server still takes them. */
  readonly oldUntil?: Date;
  readonly message: string;
}

/** Secrets are written a few a second. */
const PLACES = 4;
/** A changed document is read when that of before is a minute old, by the next message. */
const DOCUMENT_MS = 2 * 60_000;

/**
 * `assay clusters rotate`: puts new credentials in place of old ones. Each is tried first; where the cluster does not take
 * the new ones, or lets them do less than Assay needs, nothing is written.
 */
export async function rotateClusters(
  names: readonly string[],
  options: RotateOptions,
  console: Console,
): Promise<ExitCode> {
  const { all = false } = options;
  const isMany = areMany({ names, all });
  if (names.length > 0 === all) throw new InputError('give the names of clusters, or --all');
  const wayOf = await openWay(isMany, options, console);
  const stage = openStage(options);
  const documents = isMany ? await stage.documents.readAll() : await readOne(names[0] ?? '', stage);
  const chosen = chooseNames([...documents.keys()], { names, all }, 'cluster');
  const progress = showProgress(console.err, 'tried', chosen.length);
  const rotated = await lookAtEach<Row>(chosen, {
    look: (name, over) => rotate(name, documents.get(name) ?? '', wayOf, { options, stage, over }),
    failed: (name, error) => ({ name, outcome: 'refused', message: lookFailure(error) }),
    places: PLACES,
    onDone: (_name, { outcome }) => progress.done(outcome !== 'refused'),
  });
  progress.close();
  const rows = rotated.map(({ found }) => found);
  const ok = rows.every(({ outcome }) => outcome !== 'refused');
  console.out.write(
    options.output === 'json'
      ? `${JSON.stringify({ ok, clusters: rows }, undefined, 2)}\n`
      : text(rows, console.out.paint),
  );
  return ok ? EXIT.ok : EXIT.failed;
}

async function readOne(name: string, stage: Stage): Promise<ReadonlyMap<string, string>> {
  return new Map([[name, await readDocument(name, stage)]]);
}

async function openWay(isMany: boolean, options: RotateOptions, console: Console): Promise<NewWay> {
  const { fromKubeconfig, tokenFile, context, names } = options;
  if ((fromKubeconfig === undefined) === (tokenFile === undefined)) {
    throw new InputError('give --from-kubeconfig FILE or --token-file FILE');
  }
  if (tokenFile !== undefined) {
    if (isMany) throw new InputError('a token is that of one cluster: give --from-kubeconfig for many');
    const value = await readSecretText(tokenFile, console);
    return async (_name, secret) => ({
      document: { authentication: { token: { secret } } },
      secret: { value, holds: 'the token' },
    });
  }
  const kubeconfig = openKubeconfig(fromKubeconfig ?? '');
  if (!isMany) return (_name, secretName) => kubeconfig.read(context, secretName);
  if (context !== undefined) throw new InputError('--context is for one cluster: of many, names tell contexts');
  const byName = Map.groupBy(kubeconfig.contexts, (each) => tryName(each, names));
  return async (name, secretName) => {
    const [first, ...others] = byName.get(name) ?? [];
    if (first === undefined) return undefined;
    if (others.length === 0) return kubeconfig.read(first, secretName);
    throw new InputError(`${others.length + 1} contexts would be called ${name}`);
  };
}

function tryName(context: string, pattern: string): string | undefined {
  try {
    return nameFor(context, pattern);
  } catch {
    return undefined;
  }
}

interface RotateWith {
  readonly options: RotateOptions;
  readonly stage: Stage;
  /** Of who waits. */
  readonly over: AbortSignal;
}

async function rotate(name: string, before: string, wayOf: NewWay, { options, stage, over }: RotateWith): Promise<Row> {
  const old = parseClusterSettings(name, before);
  if (old.authentication.eks) {
    return { name, outcome: 'nothing to rotate', message: 'gets in by IAM, with a new token every 14 minutes' };
  }
  const way = await wayOf(name, stage.secretNameOf(name));
  if (!way) return { name, outcome: 'refused', message: 'no context is called so' };
  const document = JSON.parse(before) as ClusterDocument;
  const secretName = placeFor(document, way.document, stage.secretNameOf(name));
  const next = JSON.stringify(withWay(document, way.document, secretName));
  const given = ownSecrets(stage.secrets, { own: stage.secretNameOf(name), shared: options.sharedSecret ?? [] });
  const withNew: Secrets = { read: async (each) => (each === secretName ? way.secret.value : given.read(each)) };
  const refusal = await findRefusal(name, next, { ...stage, secrets: withNew });
  if (refusal !== undefined) return { name, outcome: 'refused', message: `${refusal}; nothing was changed` };
  const isSameDocument = isDeepStrictEqual(JSON.parse(next), document);
  if (isSameDocument && (await readIfThere(given, secretName)) === way.secret.value) {
    return { name, outcome: 'unchanged', message: 'these are in use already' };
  }
  if (options.dryRun === true) return { name, outcome: 'would be rotated', message: `${way.secret.holds} is good` };

  over.throwIfAborted();
  const secret = { ...way.secret, name: secretName };
  if (isSameDocument) await stage.secrets.write(secretName, secret.value, name);
  else await writePlan(name, { document: next, secret }, stage, { replace: true });
  const method = methodOf(way.document.authentication);
  const ageMs = isSameDocument && method !== 'eks' ? MAX_AGE_MS[method] : DOCUMENT_MS;
  const until = new Date(stage.now().getTime() + ageMs);
  return { name, outcome: 'rotated', oldUntil: until, message: leftOver(document, isSameDocument) };
}

/**
 * The secret of before, where it alone holds credentials of this sort; else one of its own: what other secrets hold may be
 * read by others, and containers read the old one until they know the new document.
 */
function placeFor({ authentication }: ClusterDocument, next: ClusterDocument, own: string): string {
  const method = methodOf(next.authentication);
  const reference = method === 'eks' ? undefined : authentication[method]?.secret;
  // A context is one of several in the kubeconfig that is there.
  const isAlone = authentication.kubeconfig?.context === undefined;
  return isAlone && (reference === own || reference?.startsWith(`${own}/`)) ? reference : `${own}/${method}`;
}

/** The document with another way in: address and authority stay, where it has them. */
function withWay(document: ClusterDocument, next: ClusterDocument, secretName: string): ClusterDocument {
  const { endpoint: _endpoint, ca: _ca, ...rest } = document;
  const end = document.endpoint === undefined ? next : document;
  return {
    ...(end.endpoint !== undefined && { endpoint: end.endpoint }),
    ...(end.ca !== undefined && { ca: end.ca }),
    ...rest,
    authentication: { [methodOf(next.authentication)]: { secret: secretName } },
  };
}

/** Why the cluster does not take the new credentials; undefined: it does, and they may do all that is needed. */
async function findRefusal(
  name: string,
  document: string,
  stage: Pick<Stage, 'roles' | 'now'> & { readonly secrets: Secrets },
): Promise<string | undefined> {
  const settings = parseClusterSettings(name, document);
  const results = await checkCluster({
    name,
    credentials: registeredCredentials(name, settings, stage),
    http: () => Promise.reject(new Error('nothing is measured')),
    addressMode: settings.addressMode,
    namespace: settings.namespace,
    rollouts: settings.rollouts,
    routers: settings.routers,
    addresses: [],
    now: stage.now,
  });
  const bad = results.filter(({ area, status }) => status === 'fail' && DECISIVE.has(area));
  const [first] = bad;
  if (!first) return undefined;
  const more = bad.length > 1 ? ` (and ${bad.length - 1} more)` : '';
  return `${first.subject}: ${first.message}${more}`;
}

/** What credentials have to do with; what else is wrong with a cluster is no reason to keep old ones. */
const DECISIVE: ReadonlySet<CheckResult['area']> = new Set(['server', 'identity', 'rights']);

async function readIfThere(secrets: Secrets, name: string): Promise<string | undefined> {
  try {
    return await secrets.read(name);
  } catch (error) {
    if (error instanceof AssayError && error.code === 'ASSAY_SECRET_UNREADABLE') return undefined;
    throw error;
  }
}

function leftOver({ authentication }: ClusterDocument, isSameDocument: boolean): string {
  const method = methodOf(authentication);
  const old = method === 'eks' ? undefined : authentication[method]?.secret.split('#')[0];
  return isSameDocument || old === undefined ? '' : `the secret ${old} is not used by this way in any more`;
}

function text(rows: readonly Row[], paint: Console['out']['paint']): string {
  const cells = rows.map(({ name, outcome, oldUntil, message }) => [
    name,
    outcome,
    oldUntil ? oldUntil.toISOString().replace(/\.\d+Z$/, 'Z') : '-',
    message,
  ]);
  const table = textTable([['NAME', 'OUTCOME', 'OLD ONES USED UNTIL', 'MESSAGE'], ...cells]);
  const lines = table.map((line, at) => (rows[at - 1]?.outcome === 'refused' ? paint('red', line) : line));
  const isRotated = rows.some(({ outcome }) => outcome === 'rotated');
  return `${[...lines, ...(isRotated ? ['', REVOKE] : [])].join('\n')}\n`;
}

const REVOKE =
  'Containers use the old ones until then, or until the API server refuses them (401), at which they read the new ones: ' +
  'tokens can be revoked now, client certificates after that time.';
