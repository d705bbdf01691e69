import { fairLine, fairPlaces, type FairLine, type FairPlaces } from './fair-places.ts';

/** Lets so many things of a name go on at once, and those of one share of it at most half of them. */
export interface FairTurns {
  /**
   * Does `work` when its turn has come.
   * @throws the reason of the turn's signal, where that ends the waiting
   */
  take<T>(turn: Turn, work: () => Promise<T>): Promise<T>;
}

export interface Turn {
  /** What has the places: a cluster, a host. */
  readonly name: string;
  /** Who wants one: a namespace. */
  readonly share: string;
  /** Of that name, for all shares together. */
  readonly places: number;
  readonly signal?: AbortSignal;
}

interface Room {
  readonly places: FairPlaces;
  readonly line: FairLine<() => void>;
  inLine: number;
}

/** Those who end hand their place on. */
export function openFairTurns(): FairTurns {
  const rooms = new Map<string, Room>();

  const roomOf = ({ name, places }: Turn): Room => {
    const known = rooms.get(name);
    if (known) return known;
    const shared = fairPlaces(places);
    const room: Room = { places: shared, line: fairLine(shared), inLine: 0 };
    rooms.set(name, room);
    return room;
  };

  const forget = (name: string, room: Room): void => {
    if (room.places.taken() === 0 && room.inLine === 0 && rooms.get(name) === room) rooms.delete(name);
  };

  const handOn = (name: string, room: Room): void => {
    for (let next = room.line.next(); next; next = room.line.next()) {
      room.places.take(next.share);
      next.waiting();
    }
    forget(name, room);
  };

  const wait = async (turn: Turn, room: Room): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const { share, signal } = turn;
    const giveUp = (): void => {
      room.line.remove(share, resolve);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    room.line.push(share, resolve);
    room.inLine += 1;
    try {
      await promise;
    } finally {
      room.inLine -= 1;
      signal?.removeEventListener('abort', giveUp);
      // Nobody else will, where all the others have gone meanwhile.
      if (signal?.aborted) forget(turn.name, room);
    }
  };

  return {
    async take(turn, work) {
      turn.signal?.throwIfAborted();
      const room = roomOf(turn);
      if (room.places.hasRoom(turn.share)) room.places.take(turn.share);
      else await wait(turn, room);
      try {
        return await work();
      } finally {
        room.places.leave(turn.share);
        handOn(turn.name, room);
      }
    },
  };
}
