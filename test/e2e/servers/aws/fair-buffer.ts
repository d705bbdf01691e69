/** Something that belongs to a group, such as a message with a MessageGroupId; '' is a group too. */
export interface Grouped {
  readonly group: string;
}

/** What waits for its turn, quiet groups first. */
export interface FairBuffer<Item extends Grouped> {
  readonly size: () => number;
  add(item: Item): void;
  /** Up to `count` items, each from the group that has the fewest out at the time; the oldest of it. */
  take(count: number): readonly Item[];
  /** An item that was taken is done with. */
  done(item: Item): void;
}

/**
 * Keeps a group with a long backlog from delaying the others, as SQS does for standard queues with message groups: what
 * goes out next is of a group that has few messages in flight.
 *
 * @source https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
 */
export function openFairBuffer<Item extends Grouped>(): FairBuffer<Item> {
  const waiting = new Map<string, Item[]>();
  const out = new Map<string, number>();
  let size = 0;
  const takeOne = (): Item | undefined => {
    let quietest: string | undefined;
    for (const group of waiting.keys()) {
      if (quietest === undefined || (out.get(group) ?? 0) < (out.get(quietest) ?? 0)) quietest = group;
    }
    if (quietest === undefined) return undefined;
    const items = waiting.get(quietest) ?? [];
    const item = items.shift();
    // To the end: groups that have equally many out take turns.
    waiting.delete(quietest);
    if (items.length > 0) waiting.set(quietest, items);
    out.set(quietest, (out.get(quietest) ?? 0) + 1);
    size -= 1;
    return item;
  };
  return {
    size: () => size,
    add(item) {
      size += 1;
      const items = waiting.get(item.group);
      if (items) items.push(item);
      else waiting.set(item.group, [item]);
    },
    take(count) {
      const taken: Item[] = [];
      for (let item = takeOne(); item !== undefined; item = taken.length < count ? takeOne() : undefined)
        taken.push(item);
      return taken;
    },
    done({ group }) {
      const left = (out.get(group) ?? 1) - 1;
      if (left > 0) out.set(group, left);
      else out.delete(group);
    },
  };
}
