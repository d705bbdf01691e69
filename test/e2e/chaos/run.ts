import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startAnalysisCluster } from '../analysis-cluster.ts';
import { createScratchFolder } from '../servers/scratch-folder.ts';
import { startKubelet } from '../servers/kubelet.ts';
import { startPrometheus } from '../servers/prometheus.ts';
import { waitFor } from '../servers/wait-for.ts';
import { startCountingProxy } from './counting-proxy.ts';
import { type Disturbance, startDisturber } from './disturbances.ts';
import { startHostileTenant } from './hostile-tenant.ts';
import { type Check, check } from './check.ts';
import { createInnocents, type Innocents, type InnocentsOptions } from './innocents.ts';
import { randomOf } from './random.ts';

/*
 * Whether those who have nothing to do with it are measured as if nothing were, while everything else goes wrong: on a real
 * API server and a real Prometheus, with `assay serve` as its users start it. Ends with 1 where one of them noticed.
 * `--calm`: nothing goes wrong, and there is the hostile tenant alone.
 *
 * What is started here ends with this process, however that ends.
 */

const INTERVAL_SECONDS = 2;
const RUNS = 60;
const EXPERIMENTS = 5;
const TELL_MS = 10_000;
/** After the last disturbance. */
const MOST_LEFT_MS = 180_000;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { seconds: { type: 'string' }, seed: { type: 'string' }, calm: { type: 'boolean' } },
  });
  const seconds = Number(values.seconds ?? 180);
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  console.log(`chaos for ${seconds} s with seed ${seed} (--seed ${seed} has the same again)`);

  const [cluster, prometheus] = await Promise.all([
    startAnalysisCluster({ controllers: true }),
    startPrometheus({ targets: [] }),
  ]);
  const { plane, kubeconfigPath } = cluster;
  const proxy = await startCountingProxy(prometheus.url);
  const kubelet = await startKubelet(plane);
  await waitFor('the service account that pods run as', () =>
    plane.api.call('/api/v1/namespaces/shop/serviceaccounts/default'),
  );
  const tenant = await startHostileTenant(plane, seed);
  const clockFile = join(createScratchFolder('clock'), 'wrong-by-ms');
  const disturber = await startDisturber({ plane, prometheus, kubeconfigPath, clockFile, random: randomOf(seed) });
  const options: InnocentsOptions = {
    runs: RUNS,
    experiments: EXPERIMENTS,
    intervalSeconds: INTERVAL_SECONDS,
    // All are disturbed for nearly as long as they go on.
    count: Math.ceil((0.7 * seconds) / INTERVAL_SECONDS),
    address: proxy.url,
  };
  const innocents = await createInnocents(cluster, options);

  const begunMs = performance.now();
  const over = new AbortController();
  setTimeout(() => over.abort(), seconds * 1000);
  const tell = async (): Promise<boolean> => {
    // While the API server is away there is nothing to tell of them.
    const progress = await innocents.progress().catch(() => undefined);
    const { sent, taken } = tenant.counts();
    const seen = progress ? `${progress.measurements} measurements, ${progress.ended} ended` : 'no answer';
    const disturbed = countsOf(disturber.done);
    const at = Math.round((performance.now() - begunMs) / 1000);
    console.log(`${at} s: ${seen}; ${proxy.asked.length} requests; ${taken} of ${sent} hostile objects; ${disturbed}`);
    return progress?.isOver ?? false;
  };
  const telling = setInterval(() => void tell(), TELL_MS);
  await Promise.all([values.calm ? sleep(seconds * 1000) : disturber.disturb(over.signal), tenant.attack(over.signal)]);
  clearInterval(telling);
  console.log('all is as it should be again; what has not ended goes on');
  await wait(tell, innocents);

  const looked = await innocents.look();
  const checks: readonly Check[] = [
    ...check(looked, proxy.asked, disturber.done, options),
    { what: 'nothing of others was changed', seen: '', faults: await tenant.harmed() },
  ];
  await disturber.stop();
  const { sent, taken } = tenant.counts();
  const { believed, startedWrong } = disturber.clocks();
  const clocks = `a wrong clock begun with ${startedWrong}x, believed ${believed}x`;
  const all = [
    ...checks,
    {
      what: 'assay serve ended when killed alone, without a bug',
      seen: `${countsOf(disturber.done)}; ${clocks}`,
      faults: disturber.faults,
    },
    {
      what: 'the hostile tenant was busy',
      seen: `${taken} of ${sent} objects taken`,
      faults: taken > 0 ? [] : ['idle'],
    },
  ];
  print(all);
  await kubelet.stop();
  await tenant.stop();
  await proxy.close();
  await Promise.all([prometheus.remove(), cluster.stop()]);
  process.exit(all.some(({ faults }) => faults.length > 0) ? 1 : 0);
}

/** Until all have ended, or too long. */
async function wait(tell: () => Promise<boolean>, innocents: Innocents): Promise<void> {
  const untilMs = performance.now() + MOST_LEFT_MS;
  let toldMs = performance.now();
  while (performance.now() < untilMs) {
    const progress = await innocents.progress().catch(() => undefined);
    if (progress?.isOver) break;
    if (performance.now() - toldMs >= TELL_MS) {
      toldMs = performance.now();
      await tell();
    }
    await sleep(1000);
  }
  await tell();
}

function countsOf(done: readonly Disturbance[]): string {
  const counts = Map.groupBy(done, ({ what }) => what);
  return [...counts].map(([what, { length }]) => `${what} ${length}x`).join(', ');
}

function print(checks: readonly Check[]): void {
  const width = Math.max(...checks.map(({ what }) => what.length));
  console.log();
  for (const { what, seen, faults } of checks) {
    console.log(`${faults.length === 0 ? 'ok  ' : 'FAIL'}  ${what.padEnd(width)}  ${seen}`);
    for (const fault of faults.slice(0, 20)) console.log(`        ${fault}`);
    if (faults.length > 20) console.log(`        and ${faults.length - 20} more`);
  }
}

// The servers end with this process: a shell that outlives it sees to that.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
await main();
