import { AssayError } from './errors.ts';
import type { KubernetesObject } from './kubernetes.ts';

/** Says whether an object is selected. */
export type Selects = (object: KubernetesObject) => boolean;
type Labels = Readonly<Record<string, string>>;
type Requirement = (labels: Labels) => boolean;

const NAME = String.raw`[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?`;
const VALUE = String.raw`[-A-Za-z0-9_.]*`;
const SET = new RegExp(String.raw`^(${NAME})\s+(in|notin)\s+\(([^()]*)\)$`);
const SET_VALUES = new RegExp(String.raw`^\s*${VALUE}\s*(?:,\s*${VALUE}\s*)*$`);
const EQUALITY = new RegExp(String.raw`^(${NAME})\s*(==|=|!=)\s*(${VALUE})$`);
const PRESENCE = new RegExp(String.raw`^(!?)\s*(${NAME})$`);
const COMPARISON = new RegExp(String.raw`^(${NAME})\s*([<>])\s*(-?\d+)$`);

/**
 * Compiles a label selector: `a=b`, `a==b`, `a!=b`, `a in (b, c)`, `a notin (b)`, `a`, `!a`, `a>1`, `a<2`, joined by
 * commas. As on an API server, `!=` and `notin` select objects without the label too.
 *
 * @param text  nothing or blank selects everything
 * @throws      AssayError ASSAY_CLUSTER_REFUSED if it cannot be read
 * @source      labels.Parse of k8s.io/apimachinery
 */
export function parseLabelSelector(text: string | undefined): Selects {
  if (!text?.trim()) return () => true;
  const requirements = splitOutsideParentheses(text).map((part) => parseRequirement(part.trim(), text));
  return ({ metadata: { labels = {} } }) => requirements.every((isMet) => isMet(labels));
}

function splitOutsideParentheses(text: string): string[] {
  return text.split(/,(?![^()]*\))/);
}

function parseRequirement(part: string, text: string): Requirement {
  const [, setName = '', setOperator, list = ''] = SET.exec(part) ?? [];
  if (setOperator && SET_VALUES.test(list)) {
    const values = new Set(list.split(',').map((value) => value.trim()));
    const wanted = setOperator === 'in';
    return (labels) => (Object.hasOwn(labels, setName) && values.has(labels[setName] ?? '')) === wanted;
  }
  const [, name = '', operator, value] = EQUALITY.exec(part) ?? [];
  if (operator === '!=') return (labels) => labels[name] !== value;
  if (operator) return (labels) => labels[name] === value;
  const [, not, present] = PRESENCE.exec(part) ?? [];
  if (present) return (labels) => Object.hasOwn(labels, present) !== (not === '!');
  const [, number = '', relation, bound] = COMPARISON.exec(part) ?? [];
  if (relation) return (labels) => isBeyond(labels[number], relation, Number(bound));
  throw refused(`unable to parse the label selector "${text}"`);
}

function isBeyond(value: string | undefined, relation: string, bound: number): boolean {
  if (value === undefined || !/^-?\d+$/.test(value)) return false;
  return relation === '>' ? Number(value) > bound : Number(value) < bound;
}

function refused(message: string): AssayError {
  return new AssayError('ASSAY_CLUSTER_REFUSED', message);
}
