import { AssayError } from '../model/errors.ts';
import { parseLabelSelector } from '../model/label-selector.ts';
import { ScheduleError } from './schedule-error.ts';

/** The namespaces in which a ClusterAnalysisTemplate runs: by name, or those that a label selector selects. */
export type NamespaceChoice = { readonly names: readonly string[] } | { readonly selector: string };

const NAME = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * Plain words, joined by commas, are names: `shop,checkout`. Anything else is a label selector: `team=web`.
 *
 * @throws ScheduleError
 */
export function readNamespaces(text: string): NamespaceChoice {
  const parts = text.split(',').map((part) => part.trim());
  if (text.trim() === '') {
    throw new ScheduleError('expected names or a label selector', 'for all of them write kubernetes.io/metadata.name');
  }
  if (parts.every((part) => NAME.test(part))) return { names: [...new Set(parts)] };
  try {
    parseLabelSelector(text);
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    throw new ScheduleError('neither names nor a label selector', 'write shop,checkout or team=web');
  }
  return { selector: text.trim() };
}
