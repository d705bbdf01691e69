import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Metric } from '../../lib/model/analysis-run.ts';
import { type AnalysisCluster, NAMESPACE, resultOf, startAnalysisCluster } from './analysis-cluster.ts';
import { type AssayServe, startAssayServe } from './servers/assay-serve.ts';
import { serversAvailable } from './servers/build.ts';
import { createScratchFolder, removeScratchFolder } from './servers/scratch-folder.ts';
import { type SampleService, startSampleService } from './servers/sample-service.ts';
import { waitFor } from './servers/wait-for.ts';

const RBAC = join(import.meta.dirname, '../../infra/cluster/rbac.yaml');
const ACCOUNT = 'system:serviceaccount:assay-system:assay';

/** Only experiments need these; test/e2e/experiment.test.ts has them, as the same service account. */
const FOR_EXPERIMENTS = new Set([
  'create analysisruns',
  ...['get', 'patch'].map((verb) => `${verb} experiments`),
  ...['analysistemplates', 'clusteranalysistemplates', 'rollouts'].map((resource) => `get ${resource}`),
  ...['create', 'delete', 'get', 'patch'].map((verb) => `${verb} replicasets`),
  ...['create', 'delete', 'get', 'list'].map((verb) => `${verb} services`),
]);
/** Only schedules need it; test/e2e/schedules.test.ts has it. */
const FOR_SCHEDULES = new Set(['list namespaces']);
/** Admission asks for these, and no request does. */
const FOR_ADMISSION = new Set(['update analysisruns/finalizers', 'update experiments/finalizers']);

interface Rule {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

describe.skipIf(!(await serversAvailable()))('what Assay may do in a cluster', () => {
  let cluster: AnalysisCluster;
  let assay: AssayServe;
  let service: SampleService;
  const folder = createScratchFolder('audit');

  const web = (path: string, more: Partial<Metric> = {}): Metric => ({
    name: 'web',
    consecutiveErrorLimit: 0,
    provider: { web: { url: path.startsWith('/') ? service.url + path : path } },
    ...more,
  });
  const withSecret = {
    args: [{ name: 'token', valueFrom: { secretKeyRef: { name: 'vault', key: 'token' } } }],
  };

  beforeAll(async () => {
    service = await startSampleService();
    service.page('/good', { body: { ok: true } });
    cluster = await startAnalysisCluster({
      apiServerFlags: [
        `--audit-policy-file=${writeAuditPolicy(folder)}`,
        `--audit-log-path=${join(folder, 'audit.log')}`,
        '--enable-admission-plugins=OwnerReferencesPermissionEnforcement',
      ],
    });
    const { plane } = cluster;
    await plane.kubectl(['create', 'secret', 'generic', 'vault', '-n', NAMESPACE, '--from-literal=token=t']);
    assay = await startAssayServe({ kubeconfigPath: cluster.kubeconfigPath });
  });
  afterAll(async () => {
    await assay?.stop();
    await cluster?.stop();
    await service?.stop();
    removeScratchFolder(folder);
  });

  test('runs of every sort end as they should', async () => {
    await cluster.createRun('plain', { metrics: [web('/good')] });
    await cluster.createRun('secretive', { ...withSecret, metrics: [web('/good?key={{args.token}}')] });
    await cluster.createRun('brief', { metrics: [web('/good')], ttlStrategy: { secondsAfterCompletion: 1 } });
    await cluster.createRun('deleted', { metrics: [web('/good', { interval: '1s', count: 99 })] });
    for (const name of ['stopped', 'robbed']) await cluster.createRun(name, { metrics: [aJob()] });
    await cluster.createRun('in-cluster', {
      metrics: (['GET', 'POST', 'PUT'] as const).map((method) => ({
        ...web('http://absent.shop.svc/'),
        name: method.toLowerCase(),
        provider: { web: { url: 'http://absent.shop.svc/', method } },
      })),
    });
    expect((await cluster.ended('plain')).status?.phase).toBe('Successful');
    expect((await cluster.ended('secretive')).status?.phase).toBe('Successful');
    const refused = (await cluster.ended('in-cluster')).status?.metricResults ?? [];
    expect(refused.map(({ measurements }) => measurements?.[0]?.message)).toEqual(
      ['Get', 'Post', 'Put'].map((method) => `${method} "http://absent.shop.svc/": services "absent" not found`),
    );
    await waitFor('the end of a time to live', async () => cluster.isGone('brief'));

    // A status that is wiped is measured anew, and its events are counted up.
    await cluster.patchRun('plain', { metadata: { labels: { 'assay.dev/finished': null } }, status: null });
    await cluster.ended('plain');

    const underway = async (name: string) =>
      cluster.runOnce(name, 'to have its Job', ({ status }) => status?.metricResults !== undefined);
    const [job] = await cluster.jobs(await underway('robbed'));
    await cluster.plane.api.call(`/apis/batch/v1/namespaces/${NAMESPACE}/jobs/${job?.metadata.name}`, {
      method: 'DELETE',
      body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' },
    });
    expect(resultOf(await cluster.ended('robbed')).measurements?.[0]?.message).toMatch(/^job\.batch "\S+" not found$/);
    await underway('stopped');
    await cluster.patchRun('stopped', { spec: { terminate: true } });
    expect((await cluster.ended('stopped')).status?.phase).toBe('Inconclusive');
    await underway('deleted');
    await cluster.deleteRun('deleted');
  });

  test('each rule is used, and nothing is asked for that has none', async () => {
    const allowed = allowedByRole();
    const elsewhere = [FOR_EXPERIMENTS, FOR_SCHEDULES, FOR_ADMISSION];
    const needed = [...allowed].filter((each) => !elsewhere.some((some) => some.has(each)));
    const missing = () => needed.filter((each) => !askedFor(folder).has(each));
    await waitFor('every rule to be used', () => missing().length === 0, { timeoutMs: 20_000 }).catch(() => {});
    expect(missing()).toEqual([]);
    expect([...askedFor(folder)].filter((each) => !allowed.has(each))).toEqual([]);
  });

  test('without leave to read secrets only those runs end with Error that need one', async () => {
    const text = readFileSync(RBAC, 'utf8');
    const without = text.replace(/ {2}- apiGroups: \[''\]\n {4}resources: \[secrets\]\n {4}verbs: \[get\]\n/, '');
    expect(without).not.toBe(text);
    await cluster.plane.apply(without);
    await waitFor('the rule to go', async () => {
      const asAssay = ['auth', 'can-i', 'get', 'secrets', '-n', NAMESPACE, `--as=${ACCOUNT}`];
      return (await cluster.plane.kubectl(asAssay).catch((error: Error) => error.message)).includes('no');
    });
    await cluster.createRun('needs-none', { metrics: [web('/good')] });
    await cluster.createRun('needs-one', { ...withSecret, metrics: [web('/good?key={{args.token}}')] });
    expect((await cluster.ended('needs-none')).status?.phase).toBe('Successful');
    expect((await cluster.ended('needs-one')).status).toMatchObject({
      phase: 'Error',
      message: expect.stringMatching(/secrets "vault" is forbidden: User "\S+assay" cannot get resource "secrets"/),
    });
  });
});

function aJob(): Metric {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'tool:1' }] } };
  return { name: 'job', consecutiveErrorLimit: 0, provider: { job: { spec: { template } } } };
}

/** `verb resource`, for all that the role allows. */
function allowedByRole(): ReadonlySet<string> {
  const documents = parseAllDocuments(readFileSync(RBAC, 'utf8')).map((document) => document.toJS() as object);
  const rules = documents.flatMap((document) => ('rules' in document ? (document.rules as readonly Rule[]) : []));
  return new Set(
    rules.flatMap(({ resources, verbs }) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
    ),
  );
}

/** The same for what the service account has asked for so far. */
function askedFor(folder: string): ReadonlySet<string> {
  const lines = readFileSync(join(folder, 'audit.log'), 'utf8').trimEnd().split('\n');
  const entries = lines.map((line) => JSON.parse(line) as AuditEntry);
  return new Set(
    entries.map(({ verb, objectRef: { resource, subresource } }) =>
      subresource === undefined ? `${verb} ${resource}` : `${verb} ${resource}/${subresource}`,
    ),
  );
}

interface AuditEntry {
  readonly verb: string;
  readonly objectRef: { readonly resource: string; readonly subresource?: string };
}

function writeAuditPolicy(folder: string): string {
  const path = join(folder, 'policy.yaml');
  const rules = [{ level: 'Metadata', users: [ACCOUNT], omitStages: ['RequestReceived'] }, { level: 'None' }];
  writeFileSync(path, JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules }));
  return path;
}
