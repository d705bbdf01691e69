import { Agent, request } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Log } from '../../lib/model/ports.ts';
import { allowed } from '../../lib/webhook/admission.ts';
import { type CertificateFiles, makeCertificate } from '../../lib/webhook/certificate.ts';
import { type AdmissionServer, openAdmissionServer } from '../../lib/webhook/server.ts';

const hosts = ['127.0.0.1'];
const NO_LOG: Log = { info() {}, warn() {}, error() {} };
let certificate: CertificateFiles;
let bodies: string[];
let server: AdmissionServer;
let agent: Agent;

beforeEach(async () => {
  certificate = await makeCertificate(hosts, new Date());
  bodies = [];
  server = await openAdmissionServer({
    address: { host: '127.0.0.1', port: 0 },
    certificate,
    log: NO_LOG,
    answer(body) {
      bodies.push(body);
      return allowed(`${body.length}`);
    },
  });
  agent = new Agent({ keepAlive: true, ca: certificate.authorities });
});
afterEach(async () => {
  agent.destroy();
  await server.close();
});

interface Answered {
  readonly status: number | undefined;
  readonly connection: string | undefined;
  readonly body: string;
}

const send = (parts: readonly string[], method = 'POST'): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port: server.port, method, agent }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => (body += text));
      answer.on('end', () => {
        const { connection } = answer.headers;
        resolve({ status: answer.statusCode, connection, body });
      });
    });
    outgoing.on('error', reject);
    for (const part of parts) outgoing.write(part);
    outgoing.end();
  });

test('a review is answered, in whatever parts it comes', async () => {
  const answer = await send(['{"a":', '"ü"}']);
  expect(bodies).toEqual(['{"a":"ü"}']);
  expect(answer).toEqual({ status: 200, connection: 'keep-alive', body: JSON.stringify(allowed('9')) });
});

test('only what is posted is read', async () => {
  expect(await send([], 'GET')).toMatchObject({ status: 405, body: '' });
  expect(bodies).toEqual([]);
});

test('of too long a review the beginning is answered, and the rest is not waited for', async () => {
  const part = 'x'.repeat(1024 * 1024);
  const answer = await send(Array.from({ length: 9 }, () => part)).catch((error: NodeJS.ErrnoException) => error.code);
  // The answer may meet a sender that is still sending, whose connection is then closed.
  expect([200, 'EPIPE', 'ECONNRESET']).toContain(typeof answer === 'object' ? answer.status : answer);
  expect(bodies).toHaveLength(1);
  expect(bodies[0]?.length).toBeLessThanOrEqual(1024 * 1024);
  expect(await send(['still there'])).toMatchObject({ status: 200 });
});

test('reviews are answered by their beginning while many large ones are under way', async () => {
  const dialled: TLSSocket[] = [];
  const part = 'x'.repeat(1024 * 1024);
  for (let index = 0; index < 8; index += 1) {
    const socket = connect({ host: '127.0.0.1', port: server.port, ca: certificate.authorities });
    dialled.push(socket.on('error', () => {}));
    socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${4 * part.length}\r\n\r\n`);
    for (let sent = 0; sent < 3; sent += 1) socket.write(part);
  }
  await expect.poll(() => bodies.length).toBeGreaterThanOrEqual(6);
  expect(bodies.every((body) => body.length < part.length)).toBe(true);
  // What is left of the budget is for small ones.
  expect(await send(['y'.repeat(60_000)])).toMatchObject({ status: 200, body: JSON.stringify(allowed('60000')) });
  for (const socket of dialled) socket.destroy();
});

test('another certificate is shown from the next connection on', async () => {
  expect(await send(['before'])).toMatchObject({ status: 200 });
  const next = await makeCertificate(hosts, new Date());
  server.useCertificate(next);
  expect(await send(['on the same connection'])).toMatchObject({ status: 200 });
  agent.destroy();
  await expect(send(['on another'])).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  agent = new Agent({ ca: next.authorities });
  expect(await send(['trusting the new one'])).toMatchObject({ status: 200 });
});

test('old versions of TLS are refused', async () => {
  const shaken = new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: server.port, ca: certificate.authorities };
    const socket = connect({ ...options, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }, () => resolve(socket.end()));
    socket.on('error', reject);
  });
  await expect(shaken).rejects.toMatchObject({ code: expect.stringContaining('ERR_SSL') });
});

test('closing lets what is under way be answered, and takes nothing more', async () => {
  const answer = send(['last']);
  await expect.poll(() => bodies).toEqual(['last']);
  await server.close();
  expect(await answer).toMatchObject({ status: 200 });
  await expect(send(['too late'])).rejects.toMatchObject({ code: expect.stringMatching(/ECONN/) });
});

test('a port that is taken is an error at once', async () => {
  const again = openAdmissionServer({
    address: { host: '127.0.0.1', port: server.port },
    certificate,
    answer: allowed,
    log: NO_LOG,
  });
  await expect(again).rejects.toMatchObject({ code: 'ASSAY_LISTEN_FAILED' });
});
