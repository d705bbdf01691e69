import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RolloutStrategy } from '../../lib/model/rollout-strategy.ts';
import { revisionOf } from '../../lib/rollout/revision.ts';
import { type LateKind, TwoViews } from './two-views.ts';

const strategy: fc.Arbitrary<RolloutStrategy> = fc.record({
  canary: fc.record({
    steps: fc.array(
      fc.oneof(
        fc.constantFrom(25, 50).map((setWeight) => ({ setWeight })),
        fc.constant({ pause: { duration: 1 } }),
      ),
      { maxLength: 3 },
    ),
    maxSurge: fc.constantFrom(1, '50%'),
    maxUnavailable: fc.constantFrom(0, 1),
  }),
});

/** Versions of the image, each another than the one before; the first is 1. */
const updates = fc.array(fc.constantFrom(1, 2), { minLength: 1, maxLength: 3 }).map((strides) => {
  let version = 1;
  return strides.map((stride) => (version = ((version - 1 + stride) % 3) + 1));
});

type Deed = (views: TwoViews) => Promise<unknown>;

const who = fc.nat({ max: 1 });
const kind = fc.constantFrom<LateKind>('Rollout', 'ReplicaSet');
const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(who, kind, fc.integer({ min: 1, max: 6 })).map(
      ([index, late, changes]): Deed =>
        (views) =>
          views.processes[index]?.catchUp(late, changes) ?? Promise.resolve(),
    ),
  },
  {
    weight: 4,
    arbitrary: who.map(
      (index): Deed =>
        (views) =>
          views.processes[index]?.step() ?? Promise.resolve(),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(delays(), delays()).map(
      (both): Deed =>
        (views) =>
          Promise.all(
            views.processes.map((process, index) => {
              process.delays = both[index] ?? [];
              return process.step();
            }),
          ),
    ),
  },
  { weight: 2, arbitrary: fc.constant<Deed>((views) => views.bringPods()) },
  {
    weight: 1,
    arbitrary: fc.constant<Deed>(async (views) => {
      views.nowMs += 1000;
    }),
  },
);
const deeds = fc.array(deed, { maxLength: 30, size: 'max' });

function delays() {
  return fc.array(fc.nat({ max: 8 }), { minLength: 1, maxLength: 6 });
}

/** An update, and what goes on until it is over. */
const update = fc.record({ deeds, whoEnds: who });
const lives = fc
  .tuple(updates, fc.array(update, { minLength: 3, maxLength: 3 }))
  .map(([versions, all]) => all.slice(0, versions.length).map((each, at) => ({ ...each, version: versions[at] ?? 1 })));

/** More find more. */
const RUNS = { numRuns: Number(process.env['ASSAY_RUNS'] ?? 40) };

test.each<{ readonly name: string; readonly sees: LateKind; readonly asks: readonly string[] }>([
  { name: 'the Rollout is behind its ReplicaSets', sees: 'ReplicaSet', asks: ['get Rollout web'] },
  { name: 'the ReplicaSets are behind their Rollout', sees: 'Rollout', asks: ['list ReplicaSet', 'get Rollout web'] },
])('one process is behind, and leaves what the other would: $name', async ({ sees, asks }) => {
  const canary = { maxSurge: 1, maxUnavailable: 0 };
  const [alone, views] = [
    await TwoViews.open(1, { strategy: { canary } }),
    await TwoViews.open(2, { strategy: { canary } }),
  ];
  try {
    await alone.live();
    await views.live();
    const [first, late] = views.processes;
    await late?.follow(false);
    for (const version of [2, 3]) {
      await alone.deploy(version);
      await alone.live();
      await views.deploy(version);
      if (version === 2 && first) await views.live([first]);
    }
    if (sees === 'ReplicaSet') await first?.step();
    await late?.catchUp(sees, Infinity);
    const askedBefore = late?.asked.length;
    await late?.step();
    expect(late?.asked.slice(askedBefore).filter((what) => /^(get|list)/.test(what))).toStrictEqual(asks);
    await views.live();
    views.judge(() => expect(views.end).toStrictEqual(alone.end));
  } finally {
    alone.close();
    views.close();
  }
});

test('two processes that are behind in turns leave what one would: each update has the next revision', async () => {
  await fc.assert(
    fc.asyncProperty(strategy, lives, async (its, life) => {
      const alone = await TwoViews.open(1, { strategy: its });
      const views = await TwoViews.open(2, { strategy: its });
      try {
        await alone.live();
        await views.live();
        for (const { version, deeds: all, whoEnds } of life) {
          await alone.deploy(version);
          await alone.live();
          for (const process of views.processes) await process.follow(false);
          await views.deploy(version);
          for (const act of all) await act(views);
          const last = views.processes[whoEnds];
          if (last) await views.live([last]);
        }
        await views.live();
        views.judge(() => expect(views.end).toStrictEqual(alone.end));
      } finally {
        alone.close();
        views.close();
      }
    }),
    RUNS,
  );
});

test('a process that is alone asks for nothing that its watches are to tell', async () => {
  await fc.assert(
    fc.asyncProperty(strategy, lives, async (its, life) => {
      const views = await TwoViews.open(1, { strategy: its });
      try {
        await views.live();
        for (const { version, deeds: all } of life) {
          for (const process of views.processes) await process.follow(false);
          await views.deploy(version);
          for (const act of all) await act(views);
          await views.live();
        }
        const asked = views.processes.flatMap((process) => process.asked);
        expect(asked.filter((what) => /^(get|list) (Rollout|ReplicaSet)/.test(what))).toStrictEqual([
          'list Rollout',
          'list ReplicaSet',
        ]);
      } finally {
        views.close();
      }
    }),
    RUNS,
  );
});

test('however fast updates come, no revision is higher than there were updates, and the latest is the highest', async () => {
  await fc.assert(
    fc.asyncProperty(strategy, lives, async (its, life) => {
      const views = await TwoViews.open(2, { strategy: its });
      try {
        await views.live();
        for (const process of views.processes) await process.follow(false);
        for (const { version, deeds: all } of life) {
          await views.deploy(version);
          for (const act of all) await act(views);
        }
        await views.live();
        const latest = Number(views.rollout.metadata.annotations?.['rollout.argoproj.io/revision']);
        const wanted = views.rollout.status?.currentPodHash ?? '';
        const sets = views.replicaSets.map((each) => [
          each.metadata.labels?.['rollouts-pod-template-hash'],
          revisionOf(each),
        ]);
        const others = sets.filter(([hash]) => hash !== wanted).map(([, revision]) => Number(revision));
        views.judge(() => {
          expect(sets).toContainEqual([wanted, latest]);
          expect(Math.max(0, ...others)).toBeLessThan(latest);
          expect(latest).toBeLessThanOrEqual(1 + life.length);
        });
      } finally {
        views.close();
      }
    }),
    RUNS,
  );
});
