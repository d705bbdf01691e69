import { afterEach, beforeEach, expect, test } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import type { Job } from '../../lib/model/kubernetes.ts';
import { runLocalJobs } from '../../lib/local/jobs.ts';

const KEY = { namespace: 'n', name: 'j' };
const now = () => new Date();

let cluster: MemoryCluster;
let control: AbortController;
let lines: string[];
let whenEnded: Promise<Job>;
let allEnded: Promise<void>;

beforeEach(() => {
  cluster = memoryCluster('local', { now });
  control = new AbortController();
  lines = [];
  const ended = Promise.withResolvers<Job>();
  whenEnded = ended.promise;
  allEnded = runLocalJobs({
    cluster,
    readSecret: async () => 's3cret',
    baseEnv: { PATH: process.env['PATH'] ?? '' },
    now,
    onEnd: ended.resolve,
    onLine: ({ metadata }, line) => lines.push(`${metadata.name}: ${line}`),
    signal: control.signal,
  });
});

afterEach(async () => {
  control.abort();
  await allEnded;
});

const shell = (script: string, more: object = {}) => ({ name: 'main', command: ['sh', '-c', script], ...more });

async function play(containers: readonly object[], job: object = {}, pod: object = {}): Promise<Job> {
  const spec = { backoffLimit: 0, template: { spec: { containers, ...pod } }, ...job };
  await cluster.create('Job', { apiVersion: 'batch/v1', kind: 'Job', metadata: KEY, spec });
  return whenEnded;
}

const conditionOf = ({ status }: Job) => status?.conditions?.map(({ type, reason }) => [type, reason]);

test('exit code 0 completes the Job; its output is heard', async () => {
  const job = await play([shell('echo "$A $0"; echo problem >&2', { args: ['x'], env: [{ name: 'A', value: '1' }] })]);
  expect(conditionOf(job)).toEqual([['Complete', undefined]]);
  expect(lines.toSorted()).toEqual(['j: 1 x', 'j: problem']);
});

test('another exit code fails it, in the words of Kubernetes', async () => {
  const job = await play([shell('exit 3')]);
  expect(job.status?.conditions).toMatchObject([
    {
      type: 'Failed',
      status: 'True',
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    },
  ]);
  expect(lines).toEqual(['j: container main ended with exit code 3']);
});

test('all containers must end well; those that initialize come first and one by one', async () => {
  const initContainers = [shell('echo first'), shell('echo second')];
  const job = await play([shell('echo third'), shell('exit 1', { name: 'other' })], {}, { initContainers });
  expect(conditionOf(job)).toEqual([['Failed', 'BackoffLimitExceeded']]);
  expect(lines.slice(0, 2)).toEqual(['j: first', 'j: second']);
  expect(lines).toContain('j: third');
});

test('what initializes and fails keeps the rest from starting', async () => {
  await play([shell('echo never')], {}, { initContainers: [shell('exit 1')] });
  expect(lines).toEqual(['j: container main ended with exit code 1']);
});

test('completions, one after the other', async () => {
  const job = await play([shell('echo once')], { completions: 3 });
  expect(conditionOf(job)).toEqual([['Complete', undefined]]);
  expect(lines).toHaveLength(3);
});

test('a value from a Secret', async () => {
  const env = [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }];
  await play([shell('test "$TOKEN" = s3cret && echo same', { env })]);
  expect(lines).toEqual(['j: same']);
});

test('the environment of this process is not inherited', async () => {
  await play([shell('env')]);
  const names = lines.map((line) => /^j: (\w+)=/.exec(line)?.[1]);
  expect(names).toContain('PATH');
  expect(names).not.toContain('VITEST');
});

test.each([
  { name: 'of the Job', job: { activeDeadlineSeconds: 0.2, backoffLimit: 6 }, pod: {}, reason: 'DeadlineExceeded' },
  { name: 'of the pod', job: {}, pod: { activeDeadlineSeconds: 0.2 }, reason: 'BackoffLimitExceeded' },
])('the deadline $name ends it', async ({ job, pod, reason }) => {
  // Longer than a test may take: whoever waits for its end fails.
  expect(conditionOf(await play([shell('sleep 600')], job, pod))).toEqual([['Failed', reason]]);
});

test('the deadline of the Job ends the pause before another try', async () => {
  const job = await play([shell('exit 1')], { activeDeadlineSeconds: 0.3, backoffLimit: 6 });
  expect(conditionOf(job)).toEqual([['Failed', 'DeadlineExceeded']]);
});

test('what cannot be a process fails the Job and says why', async () => {
  const job = await play([{ name: 'main', image: 'curlimages/curl' }], { backoffLimit: 6 });
  expect(job.status?.conditions).toMatchObject([{ type: 'Failed', reason: 'NotSupported' }]);
  expect(job.status?.conditions?.[0]?.message).toContain('it has no command');
});

test('a command that is not there', async () => {
  await play([{ name: 'main', command: ['/no/such/command'] }]);
  expect(lines).toEqual([
    'j: cannot be started: spawn /no/such/command ENOENT',
    'j: container main ended with exit code 127',
  ]);
});

test('a Job that is deleted is ended, with what it started; nobody hears of an end', async () => {
  const begun = Promise.withResolvers<void>();
  lines.push = () => {
    begun.resolve();
    return 1;
  };
  let hasEnded = false;
  // Longer than a test may take: whoever waits for their end fails.
  const script = 'sleep 600 & echo begun; sleep 600';
  void play([shell(script)], {}, { terminationGracePeriodSeconds: 1 }).then(() => (hasEnded = true));
  await begun.promise;
  await cluster.delete('Job', KEY);
  control.abort();
  // Both sleeps hold the outputs open, which are read to their end.
  await allEnded;
  expect(hasEnded).toBe(false);
});
