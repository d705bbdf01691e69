import { describe, expect, test } from 'vitest';
import { isOfShard, parseShard } from '../../lib/serve/shard.ts';

const names = Array.from({ length: 1000 }, (_, index) => `cluster-${index}`);
const ownersOf = (of: number) => names.map((name) => shards(of).filter((index) => isOfShard(name, { index, of })));
const shards = (of: number) => Array.from({ length: of }, (_, at) => at + 1);

describe('parseShard', () => {
  test.each([
    { text: '1/3', shard: { index: 1, of: 3 } },
    { text: '3/3', shard: { index: 3, of: 3 } },
    { text: 'assay-0/3', shard: { index: 1, of: 3 } },
    { text: 'assay-eu-2/3', shard: { index: 3, of: 3 } },
    { text: '0/3', shard: undefined },
    { text: '4/3', shard: undefined },
    { text: 'assay-3/3', shard: undefined },
    { text: '1/1001', shard: undefined },
    { text: '1', shard: undefined },
    { text: 'assay/3', shard: undefined },
    { text: '', shard: undefined },
  ])('$text', ({ text, shard }) => {
    expect(parseShard(text)).toEqual(shard);
  });
});

describe('isOfShard', () => {
  test.each([1, 2, 3, 7])('of %i, each cluster is of exactly one', (of) => {
    expect(ownersOf(of).filter((owners) => owners.length !== 1)).toEqual([]);
  });

  test('they have about as many', () => {
    const counts = shards(3).map((index) => ownersOf(3).filter(([owner]) => owner === index).length);
    expect(Math.min(...counts)).toBeGreaterThan(270);
  });

  test('when one is taken away, only its clusters move', () => {
    const [before, after] = [ownersOf(3).flat(), ownersOf(2).flat()];
    const moved = names.filter((_, index) => before[index] !== after[index]);
    expect(moved).toEqual(names.filter((_, index) => before[index] === 3));
  });

  test('who has a cluster is the same in every version', () => {
    expect(
      ['production', 'staging', 'lab', 'edge-1'].map((name) =>
        shards(3).find((index) => isOfShard(name, { index, of: 3 })),
      ),
    ).toEqual([1, 1, 2, 2]);
  });
});
