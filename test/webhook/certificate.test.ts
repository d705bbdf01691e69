import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  type CertificateFiles,
  judgeCertificate,
  LIFETIME_MS,
  makeCertificate,
} from '../../lib/webhook/certificate.ts';
import { type CertificateStore, keepCertificate } from '../../lib/webhook/keep-certificate.ts';

/** vitest itself waits for a second, which a busy machine may take for anything. */
const eventually = (holds: () => void) => vi.waitFor(holds, { timeout: 30_000 });

const T0 = Date.parse('2026-11-05T10:00:00Z');
const HOSTS = ['assay-webhook.assay-system.svc', '127.0.0.1'];
const at = (share: number) => new Date(T0 + LIFETIME_MS * share);
const DAY_MS = 24 * 3600 * 1000;

beforeEach(() => vi.useFakeTimers({ now: T0, toFake: ['setTimeout', 'clearTimeout', 'Date'] }));
afterEach(() => vi.useRealTimers());

test.each([
  { name: 'new', now: at(0), want: 'good' },
  { name: 'two thirds old', now: at(0.68), want: 'due' },
  { name: 'expired', now: at(1.01), want: 'unusable' },
  { name: 'of tomorrow', now: new Date(T0 - DAY_MS), want: 'unusable' },
  { name: 'for other hosts', hosts: ['other.svc'], want: 'unusable' },
  { name: 'broken', change: { certificate: 'nonsense' }, want: 'unusable' },
  { name: 'without its authority', change: { authorities: '' }, want: 'unusable' },
])('a certificate, $name, is $want', async ({ now = at(0), hosts = HOSTS, change = {}, want }) => {
  const files = await makeCertificate(HOSTS, at(0));
  expect(judgeCertificate({ ...files, ...change }, hosts, now)).toBe(want);
});

test('a key of another certificate does not go with it, nor does another authority', async () => {
  const [one, other] = [await makeCertificate(HOSTS, at(0)), await makeCertificate(HOSTS, at(0))];
  expect(judgeCertificate({ ...one, key: other.key }, HOSTS, at(0))).toBe('unusable');
  expect(judgeCertificate({ ...one, authorities: other.authorities }, HOSTS, at(0))).toBe('unusable');
});

test('the authority before is trusted on until it has expired, and no other', async () => {
  const first = await makeCertificate(HOSTS, at(0));
  const second = await makeCertificate(HOSTS, at(0.7), first);
  const third = await makeCertificate(HOSTS, at(1.4), second);
  expect([first, second, third].map(authoritiesIn)).toEqual([1, 2, 2]);
  const shown = new X509Certificate(first.certificate);
  const [, kept = ''] = second.authorities.split(/(?=-----BEGIN)/);
  expect(shown.verify(new X509Certificate(kept).publicKey)).toBe(true);
});

function authoritiesIn({ authorities }: CertificateFiles): number {
  return authorities.split('-----BEGIN').length - 1;
}

/** A store that several replicas share; what is trusted, in order. */
function aStore() {
  const world = {
    files: undefined as CertificateFiles | undefined,
    version: 0,
    trusted: [] as string[],
    isAway: false,
    goesAlong: true,
  };
  const store: CertificateStore = {
    async read() {
      if (world.isAway) throw new Error('away');
      const { files, version, goesAlong } = world;
      return files && { files, version: String(version), goesAlong };
    },
    async write(files, version) {
      if ((version ?? '0') !== String(world.version)) return false;
      world.files = files;
      world.version += 1;
      world.goesAlong = true;
      return true;
    },
    async trust(authorities) {
      if (world.trusted.at(-1) === authorities) return false;
      world.trusted.push(authorities);
      return true;
    },
  };
  return { world, store };
}

const quiet = { info() {}, warn() {}, error() {} };

function keep(store: CertificateStore) {
  const used: string[] = [];
  const use = async ({ certificate }: CertificateFiles) => void used.push(certificate);
  const options = { store, hosts: HOSTS, use, lookMs: 60_000, log: quiet, now: () => new Date(), random: () => 0.5 };
  return { kept: keepCertificate(options), used };
}

test('replicas that begin at once use one certificate', async () => {
  const { world, store } = aStore();
  const replicas = [keep(store), keep(store)];
  await eventually(() => expect(replicas.map(({ used }) => used.length)).toEqual([1, 1]));
  const certificate = world.files?.certificate;
  expect(replicas.map(({ used }) => used)).toEqual([[certificate], [certificate]]);
  for (const { kept } of replicas) kept.stop();
});

test('one that is due is replaced, and used once API servers have heard of its authority', async () => {
  const { world, store } = aStore();
  const { kept, used } = keep(store);
  await eventually(() => expect(used).toHaveLength(1));
  vi.setSystemTime(at(0.7));
  await vi.advanceTimersByTimeAsync(60_000);
  await eventually(() => expect(world.trusted).toHaveLength(2));
  expect(used).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(5000);
  await eventually(() => expect(used).toEqual([used[0], world.files?.certificate]));
  kept.stop();
});

test('an API server that is away is asked again', async () => {
  const { world, store } = aStore();
  world.isAway = true;
  const { kept, used } = keep(store);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(used).toEqual([]);
  world.isAway = false;
  await vi.advanceTimersByTimeAsync(2000);
  await eventually(() => expect(used).toHaveLength(1));
  kept.stop();
});

test('one that is good and would stay behind is stored anew, and used as it is', async () => {
  const { world, store } = aStore();
  const files = await makeCertificate(HOSTS, at(0));
  Object.assign(world, { files, goesAlong: false });
  const { kept, used } = keep(store);
  await eventually(() => expect(used).toEqual([files.certificate]));
  expect(world).toMatchObject({ files, version: 1, goesAlong: true });
  kept.stop();
});
