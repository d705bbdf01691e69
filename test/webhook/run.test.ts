import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPlainHttp } from '../../lib/http/plain-http.ts';
import { type RunningWebhook, startWebhook } from '../../lib/webhook/run.ts';
import { makeCertificate } from '../../lib/webhook/certificate.ts';
import { readSettings } from '../../lib/webhook/settings.ts';
import { aRun } from '../builders.ts';
import { openStubServer, type StubServer } from '../clusters/api/stub-server.ts';

const SECRET = '/api/v1/namespaces/assay-system/secrets/assay-webhook-tls';
const CONFIGURATION = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/assay-webhook';

interface Stored {
  readonly metadata?: { readonly uid?: string; readonly ownerReferences?: readonly object[] };
  readonly data?: Readonly<Record<string, string>>;
  readonly webhooks?: readonly { readonly clientConfig: { readonly caBundle?: string } }[];
}

/** The two objects of an API server that the webhook looks after. */
let objects: Map<string, Stored>;
let api: Server;
let bus: StubServer;
let busStatus: number;
let folder: string;
let lines: { message: string; [field: string]: unknown }[];
let webhook: RunningWebhook | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-webhook-'));
  const { certificate: cert, key, authorities } = await makeCertificate(['127.0.0.1'], new Date());
  writeFileSync(join(folder, 'ca.crt'), authorities);
  writeFileSync(join(folder, 'token'), 'of-the-pod');
  objects = new Map([[CONFIGURATION, { webhooks: [{ clientConfig: {} }, { clientConfig: {} }] }]]);
  api = createServer({ cert, key }, (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const path = request.method === 'POST' ? SECRET : (request.url ?? '');
      if (request.headers.authorization !== 'Bearer of-the-pod') response.statusCode = 401;
      else if (body !== '') objects.set(path, JSON.parse(body) as Stored);
      const object = objects.get(path);
      if (!object) response.statusCode = 404;
      response.end(JSON.stringify({ ...object, metadata: { resourceVersion: '1', ...object?.metadata } }));
    });
  });
  api.listen(0, '127.0.0.1');
  await once(api, 'listening');
  busStatus = 202;
  bus = await openStubServer(() => ({ status: busStatus, body: {} }));
  lines = [];
});
afterEach(async () => {
  await webhook?.stop();
  webhook = undefined;
  api.closeAllConnections();
  api.close();
  await bus.close();
  rmSync(folder, { recursive: true });
});

const log = (message: string, fields: object = {}) => void lines.push({ message, ...fields });

const start = async (environment: Readonly<Record<string, string>> = {}): Promise<RunningWebhook> => {
  const all = {
    KUBERNETES_SERVICE_HOST: '127.0.0.1',
    KUBERNETES_SERVICE_PORT: String((api.address() as AddressInfo).port),
    ASSAY_CLUSTER: 'shop',
    ASSAY_SERVICE_ACCOUNT_FOLDER: folder,
    ASSAY_LISTEN: '127.0.0.1:0',
    ASSAY_PAGES: '127.0.0.1:0',
    ASSAY_TLS_HOSTS: '127.0.0.1',
    ASSAY_SHUTDOWN_DELAY_MS: '0',
    ASSAY_BUS_TOKEN_FILE: join(folder, 'token'),
    ...environment,
  };
  webhook = await startWebhook({
    settings: readSettings(all),
    environment: all,
    log: { info: log, warn: log, error: log },
    now: () => new Date(),
  });
  return webhook;
};

/** As API servers do, trusting what the configuration says. */
async function admit(object: object, kind = 'AnalysisRun'): Promise<{ allowed: boolean; warnings?: string[] }> {
  const bundle = objects.get(CONFIGURATION)?.webhooks?.[0]?.clientConfig.caBundle ?? '';
  const http = openPlainHttp({ ca: Buffer.from(bundle, 'base64').toString('utf8') });
  const port = String(lines.find(({ message }) => message === 'serving')?.['port']);
  const what = { group: 'argoproj.io', version: 'v1alpha1', kind };
  const request = { uid: 'u1', kind: what, operation: 'CREATE', object };
  const { body } = await http.send({
    url: `https://127.0.0.1:${port}/admission`,
    method: 'POST',
    body: JSON.stringify({ request }),
  });
  http.close();
  return (JSON.parse(body) as { response: { allowed: boolean } }).response;
}

const page = async (path: string): Promise<{ status: number; text: string }> => {
  const response = await fetch(`${webhook?.pagesUrl}${path}`);
  return { status: response.status, text: await response.text() };
};

test('it makes a certificate, has API servers trust it, and tells the bus of what comes', async () => {
  const { ready } = await start({ ASSAY_BUS_URL: bus.url });
  await ready;
  expect(objects.get(SECRET)?.data).toMatchObject({ 'tls.crt': expect.any(String), 'ca.crt': expect.any(String) });
  const bundles = objects.get(CONFIGURATION)?.webhooks?.map(({ clientConfig }) => clientConfig.caBundle);
  expect(new Set(bundles)).toEqual(new Set([objects.get(SECRET)?.data?.['ca.crt']]));

  expect(await admit(aRun())).toEqual({ uid: 'u1', allowed: true });
  await expect.poll(() => bus.requests.length).toBe(1);
  expect(bus.requests[0]).toMatchObject({ url: '/events', headers: { authorization: 'Bearer of-the-pod' } });
  expect(bus.requests[0]?.body).toContain('"detail-type":"AnalysisRun Created"');
  expect(await page('/readyz')).toEqual({ status: 200, text: 'ok\n' });
  await expect.poll(async () => (await page('/metrics')).text).toMatch(/^assay_webhook_events_published_total 1$/m);
});

test.each([
  { name: 'is made', stored: undefined },
  { name: 'is there without an owner', stored: [] },
  { name: 'is that of a configuration that has gone', stored: [{ uid: 'gone' }] },
])('a certificate that $name goes when the configuration does', async ({ stored }) => {
  objects.set(CONFIGURATION, { metadata: { uid: 'u7' }, webhooks: [{ clientConfig: {} }] });
  const files = await makeCertificate(['127.0.0.1'], new Date());
  const data = { 'tls.crt': files.certificate, 'tls.key': files.key, 'ca.crt': files.authorities };
  const encoded = Object.entries(data).map(([name, text]) => [name, Buffer.from(text).toString('base64')]);
  if (stored) objects.set(SECRET, { metadata: { ownerReferences: stored }, data: Object.fromEntries(encoded) });
  await (
    await start()
  ).ready;
  const secret = objects.get(SECRET);
  expect(secret?.metadata?.ownerReferences).toEqual([
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      name: 'assay-webhook',
      uid: 'u7',
    },
  ]);
  expect(secret?.data?.['tls.crt'] === Object.fromEntries(encoded)['tls.crt']).toBe(stored !== undefined);
});

test('until it has a certificate it is alive and not ready', async () => {
  objects.delete(CONFIGURATION);
  await start();
  await expect.poll(() => lines.map(({ message }) => message)).toContain('certificate not looked after');
  expect(await page('/healthz')).toEqual({ status: 200, text: 'ok\n' });
  expect(await page('/readyz')).toEqual({ status: 503, text: 'not serving\n' });
});

test('without a bus there are the warnings; what it cannot read is allowed, counted and logged', async () => {
  await (
    await start()
  ).ready;
  const metrics = [{ name: 'm', successCondition: 'resul > 1', provider: { web: { url: 'http://x.example.com' } } }];
  expect(await admit(aRun({ spec: { metrics } }))).toMatchObject({
    allowed: true,
    warnings: [expect.stringContaining('assay: error: ')],
  });
  expect(await admit({ ...aRun(), spec: null })).toMatchObject({ allowed: true });
  const { text } = await page('/metrics');
  expect(text).toMatch(/^assay_webhook_admissions_total\{allowed="true"\} 2$/m);
  expect(text).toMatch(/^assay_webhook_not_understood_total 1$/m);
  expect(lines).toContainEqual(expect.objectContaining({ message: 'review not understood' }));
});

test('a bus that is away is tried again, and said once; at the end what waits is told', async () => {
  busStatus = 503;
  const running = await start({ ASSAY_BUS_URL: bus.url });
  await running.ready;
  await admit(aRun());
  await expect.poll(() => bus.requests.length).toBeGreaterThan(1);
  busStatus = 202;
  await running.stop();
  webhook = undefined;
  expect(lines.filter(({ message }) => message === 'events not published')).toMatchObject([
    { code: 'ASSAY_BUS_UNREACHABLE', retryInMs: expect.any(Number) },
  ]);
  expect(lines.at(-1)).toEqual({ message: 'stopped', eventsLeftBehind: 0 });
});

test('two buses are one too many', async () => {
  const busArn = 'arn:aws:events:eu-west-1:111122223333:event-bus/assay';
  await expect(start({ ASSAY_BUS_URL: bus.url, ASSAY_BUS_ARN: busArn })).rejects.toMatchObject({
    code: 'ASSAY_SETTING_INVALID',
  });
});

test('outside of a pod it says so', async () => {
  await expect(start({ KUBERNETES_SERVICE_HOST: '' })).rejects.toMatchObject({ code: 'ASSAY_KUBECONFIG_INVALID' });
});
