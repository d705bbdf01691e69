import { Counter, Histogram, Registry } from 'prom-client';
import { FACTS, type Facts } from '../kinds/facts/registry.ts';
import { errorFields } from '../log/error-fields.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import { isObject } from '../model/is-object.ts';
import { findMalformation } from '../model/malformed.ts';
import type { Log, MeasurementTimes, Meter } from '../model/ports.ts';
import { type ObjectRef, refOf } from '../model/ref.ts';
import type { ResourceKind, Resources } from '../model/resources.ts';
import type { RolloutStatus } from '../model/rollout-status.ts';
import type { Slices } from '../model/slices.ts';
import { connectionSeries } from './connection-series.ts';
import { familyHead, type ObjectLabels } from './exposition.ts';
import { type ObjectFamily, objectFamilies } from './object-series.ts';
import { type StepSeries, stepSeries } from './step-series.ts';
import { updateSeries } from './update-series.ts';

/** The objects of a cluster, of which the gauges are told at each scrape. None of them may change. */
export interface Inventory {
  /** Of the cluster. */
  readonly name: string;
  stored<K extends ResourceKind>(kind: K): readonly Resources[K][];
}

export interface PrometheusMeter {
  readonly meter: Meter;
  /** From now on the steps of an object count. */
  meet(ref: ObjectRef): void;
  /** An object has become another: what has ended by that counts. */
  changed(cluster: string, previous: KubernetesObject, object: KubernetesObject): void;
  /** Drops the series of an object that was deleted; a step that was under way does not bring them back. */
  forget(ref: ObjectRef): void;
  /** Counts an object that is set aside: it could not be read, kept, or told of. */
  setAside(cluster: string, kind: string): void;
  /**
   * The page for a scrape, in Prometheus' text format; it is made as it is read, with pauses. An object that cannot be
   * told is left out of it, logged once a version and counted.
   */
  render(): Page;
}

export interface Page {
  readonly contentType: string;
  readonly body: AsyncIterable<string>;
}

export interface PrometheusMeterOptions {
  readonly log: Log;
  /** Default: all that there are. */
  readonly facts?: Facts;
  /** With more objects than these, each is told anew at each scrape: texts are as large as the objects. Default 10,000. */
  readonly remembered?: number;
  /** Begins the slices in which a page is made. */
  readonly openSlices: () => Slices;
}

const LATENESS = 'assay_measurement_lateness_seconds';
const SET_ASIDE = 'assay_objects_set_aside_total';

/** A page goes out in parts of about so many characters. */
const PART_CHARACTERS = 65_536;

/**
 * The metrics that Argo's controller has of each kind, under its names and labels, with `cluster` beside them, and how
 * late measurements begin.
 *
 * Series of objects are text of our own, told once a version: prom-client would make all of them anew at each scrape,
 * in one go. It keeps those that do not grow with the objects.
 * @source controller/metrics of argoproj/argo-rollouts
 */
export function prometheusMeter(
  readInventory: () => readonly Inventory[],
  { log, facts = FACTS, remembered = 10_000, openSlices }: PrometheusMeterOptions,
): PrometheusMeter {
  const register = new Registry();
  const steps = new Map<string, StepSeries>(facts.map(({ kind, shows }) => [kind, stepSeries(shows)]));
  const lateness = new Histogram({
    name: LATENESS,
    help: 'Start of a measurement minus the end of the one before plus the interval.',
    labelNames: ['cluster'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2.5, 5, 10, 30, 60],
    registers: [register],
  });
  const aside = new Counter({
    name: SET_ASIDE,
    help: 'Objects that could not be read, kept, or told of; the log names them.',
    labelNames: ['cluster', 'kind'],
    registers: [register],
  });
  const byConnection = connectionSeries(register);
  const updates = facts.some(({ kind }) => kind === 'Rollout') ? updateSeries(register) : undefined;
  const endings = rememberEndings();
  const known = new Set<string>();
  const told = toldObjects(objectFamilies(facts), (cluster, object, problem) => {
    aside.inc({ cluster, kind: object.kind });
    log.error('object left out of the metrics', { ...refOf(cluster, object), ...problem });
  });

  async function* page(): AsyncGenerator<string> {
    const slices = openSlices();
    const seen = readInventory().map((inventory) => heldNow(inventory, told.families));
    const isLarge = seen.reduce((sum, held) => sum + sizeOf(held), 0) > remembered;
    yield* inParts(stepTexts(steps.values()), slices);
    yield `${await register.getSingleMetricAsString(LATENESS)}\n\n`;
    for (const name of [...byConnection.names(), ...(updates?.names ?? [])])
      yield `${await register.getSingleMetricAsString(name)}\n\n`;
    yield* inParts(objectTexts(told, seen, isLarge), slices);
    yield `${await register.getSingleMetricAsString(SET_ASIDE)}\n`;
  }

  return {
    meter: {
      stepped(ref, seconds) {
        if (known.has(ref.uid)) steps.get(ref.kind)?.took(objectLabels(ref), seconds);
      },
      failed(ref) {
        if (known.has(ref.uid)) steps.get(ref.kind)?.failed(objectLabels(ref));
      },
      told(ref, event) {
        if (known.has(ref.uid)) steps.get(ref.kind)?.told(objectLabels(ref), event);
      },
      measured({ cluster, uid }, times) {
        const late = known.has(uid) ? endings.lateSeconds(uid, times) : undefined;
        if (late !== undefined) lateness.observe({ cluster }, late);
      },
      connected: byConnection.used,
    },
    meet: ({ uid }) => void known.add(uid),
    changed(cluster, previous, object) {
      if (object.kind === 'Rollout') updates?.changed(cluster, statusOf(previous), statusOf(object));
    },
    forget(ref) {
      known.delete(ref.uid);
      endings.forget(ref.uid);
      steps.get(ref.kind)?.forget(objectLabels(ref));
    },
    setAside: (cluster, kind) => aside.inc({ cluster, kind }),
    render: () => ({ contentType: register.contentType, body: page() }),
  };
}

/** The objects of a cluster as they are at one moment, whatever becomes of them while a page is made. */
interface Held {
  readonly name: string;
  readonly objects: ReadonlyMap<ResourceKind, readonly KubernetesObject[]>;
}

function heldNow(inventory: Inventory, families: readonly ObjectFamily[]): Held {
  const kinds = new Set(families.flatMap((family) => family.kinds));
  return { name: inventory.name, objects: new Map([...kinds].map((kind) => [kind, inventory.stored(kind)])) };
}

/** One text an object, and one above and below each family. */
function* stepTexts(steps: Iterable<StepSeries>): Generator<string> {
  for (const { families } of steps) {
    for (const family of families) {
      yield familyHead(family);
      yield* family.texts();
      yield '\n';
    }
  }
}

function sizeOf({ objects }: Held): number {
  return [...objects.values()].reduce((sum, { length }) => sum + length, 0);
}

function* objectTexts(told: ToldObjects, clusters: readonly Held[], isLarge: boolean): Generator<string> {
  for (const [index, family] of told.families.entries()) {
    yield familyHead(family);
    for (const { name, objects } of clusters) {
      for (const kind of family.kinds) {
        for (const object of objects.get(kind) ?? []) yield told.textOf(name, object, index, !isLarge);
      }
    }
    yield '\n';
  }
}

/** Joins texts, and lets everybody else have a turn now and then. */
async function* inParts(texts: Iterable<string>, slices: Slices): AsyncGenerator<string> {
  let part = '';
  for (const text of texts) {
    part += text;
    if (part.length >= PART_CHARACTERS) {
      yield part;
      part = '';
    }
    if (slices.isOver()) await slices.pause();
  }
  yield part;
}

interface ToldObjects {
  readonly families: readonly ObjectFamily[];
  /** Of the family at that place; empty for an object that cannot be told. */
  textOf(cluster: string, object: KubernetesObject, index: number, remembers: boolean): string;
}

/** Tells each object once: as it never changes, its texts are remembered by its identity, where there is room for them. */
function toldObjects(
  families: readonly ObjectFamily[],
  leftOut: (cluster: string, object: KubernetesObject, problem: Readonly<Record<string, unknown>>) => void,
): ToldObjects {
  const known = new WeakMap<KubernetesObject, { readonly cluster: string; readonly texts: readonly string[] }>();

  /** Undefined, and remembered, where it cannot be told. */
  const tell = (cluster: string, object: KubernetesObject, some: readonly ObjectFamily[]): string[] | undefined => {
    try {
      const problem = findMalformation(object);
      if (problem === undefined) {
        return some.map((family) =>
          family.kinds.some((kind) => kind === object.kind) ? family.tell(cluster, object) : '',
        );
      }
      leftOut(cluster, object, { problem });
    } catch (error) {
      leftOut(cluster, object, errorFields(error));
    }
    known.set(object, { cluster, texts: [] });
    return undefined;
  };
  return {
    families,
    textOf(cluster, object, index, remembers) {
      const before = known.get(object);
      if (before?.cluster === cluster) return before.texts[index] ?? '';
      const texts = tell(cluster, object, remembers ? families : families.slice(index, index + 1));
      if (texts && remembers) known.set(object, { cluster, texts });
      return texts?.[remembers ? index : 0] ?? '';
    },
  };
}

/**
 * Statuses keep whole seconds, so what they say of lateness is up to a second too much. This process knows better of
 * the measurements that it took itself.
 */
function rememberEndings() {
  const byRun = new Map<string, Map<string, number>>();
  return {
    /** Undefined for a first measurement, which waits for nothing. */
    lateSeconds(
      uid: string,
      { metric, startedMs, finishedMs, previousMs, intervalMs }: MeasurementTimes,
    ): number | undefined {
      const endings = byRun.get(uid) ?? new Map<string, number>();
      byRun.set(uid, endings);
      const knownMs = endings.get(metric);
      endings.set(metric, finishedMs);
      if (previousMs === undefined || intervalMs === undefined) return undefined;
      const isSame = knownMs !== undefined && Math.floor(knownMs / 1000) * 1000 === previousMs;
      return Math.max(startedMs - (isSame ? knownMs : previousMs) - intervalMs, 0) / 1000;
    },
    forget: (uid: string) => void byRun.delete(uid),
  };
}

/** Whatever stands there: odd ones are told of elsewhere. */
function statusOf({ status }: KubernetesObject & { readonly status?: unknown }): RolloutStatus {
  return isObject(status) ? status : {};
}

function objectLabels({ cluster, namespace, name }: ObjectLabels): ObjectLabels {
  return { cluster, namespace, name };
}
