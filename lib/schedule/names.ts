/** The longest name of an object, and the longest value of a label. */
const NAME_LIMIT = 253;
const LABEL_LIMIT = 63;

/** What names a run: a template, of a namespace or of the cluster, and its tick. */
export interface Named {
  readonly kind: string;
  readonly metadata: { readonly name?: string };
}

/**
 * The name of the run of a tick: `<template>-<minutes since 1970>`, as of a CronJob's Job; `<template>-c<minutes>` for
 * a ClusterAnalysisTemplate, which may have the name of a template beside it.
 *
 * @source getJobName in pkg/controller/cronjob/utils.go of kubernetes/kubernetes
 */
export function runName(template: Named, tick: Date): string {
  return withSuffix(template, `${Math.floor(tick.getTime() / 60_000)}`);
}

/** The name of a run that is made by hand: `<template>-m<seconds since 1970>`, or `-cm…`. */
export function manualRunName(template: Named, at: Date): string {
  return withSuffix(template, `m${Math.floor(at.getTime() / 1000)}`);
}

function withSuffix({ kind, metadata }: Named, ending: string): string {
  const suffix = `-${kind === 'ClusterAnalysisTemplate' ? 'c' : ''}${ending}`;
  return shorten(metadata.name ?? '', NAME_LIMIT - suffix.length) + suffix;
}

/** What the label `assay.dev/schedule` has for a template. */
export function scheduleLabel({ metadata }: Named): string {
  return shorten(metadata.name ?? '', LABEL_LIMIT);
}

/** A name that is too long is cut and given a hash of the whole, so that two of one beginning stay two. */
function shorten(name: string, limit: number): string {
  if (name.length <= limit) return name;
  const cut = name.slice(0, limit - 9).replace(/[-.]+$/, '');
  return `${cut}-${hashOf(name)}`;
}

/** Eight hexadecimal digits. @source FNV-1a, 32 bits */
function hashOf(text: string): string {
  let hash = 2_166_136_261;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 16_777_619);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** `20261121T150000Z`: a label may hold no colon. */
export function formatTick(tick: Date): string {
  return tick.toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

/** Undefined where there is none, or nothing that `formatTick` wrote. */
export function parseTick(text: string | undefined): Date | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? '') ?? [];
  if (year === undefined) return undefined;
  const tick = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(tick.getTime()) ? undefined : tick;
}
