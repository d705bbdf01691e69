/**
 * What is wrong with the names and values that Kubernetes accepts, each problem a sentence without its subject; none:
 * nothing.
 *
 * @source k8s.io/apimachinery/pkg/util/validation v0.34.5
 */

const NAME = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const NAME_RULE = withExamples(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  NAME,
  ['MyName', 'my.name', '123-abc'],
);
const VALUE = `(${NAME})?`;
const VALUE_RULE = withExamples(
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and " +
    'end with an alphanumeric character',
  '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?',
  ['MyValue', 'my_value', '12345'],
);
const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const LABEL_RULE = withExamples(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with " +
    'an alphanumeric character',
  LABEL,
  ['my-name', '123-abc'],
);
const SUBDOMAIN = String.raw`${LABEL}(\.${LABEL})*`;
const SUBDOMAIN_RULE = withExamples(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and " +
    'end with an alphanumeric character',
  SUBDOMAIN,
  ['example.com'],
);
const VARIABLE = '[-._a-zA-Z][-._a-zA-Z0-9]*';
const VARIABLE_RULE = withExamples(
  "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not " +
    'start with a digit',
  VARIABLE,
  ['my.env-name', 'MY_ENV.NAME', 'MyEnvName1'],
);

/** Of the key of a label or an annotation: `name` or `example.com/name`. */
export function qualifiedNameProblems(key: string): string[] {
  const [first, second, ...rest] = key.split('/') as [string, string?, ...string[]];
  if (rest.length > 0) {
    return [`a qualified name ${NAME_RULE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const problems = second === undefined ? [] : prefixProblems(first);
  const name = second ?? first;
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > 63) problems.push('name part must be no more than 63 characters');
  if (!matchesWhole(NAME, name)) problems.push(`name part ${NAME_RULE}`);
  return problems;
}

function prefixProblems(prefix: string): string[] {
  if (prefix === '') return ['prefix part must be non-empty'];
  const problems: string[] = [];
  if (prefix.length > 253) problems.push('prefix part must be no more than 253 characters');
  if (!matchesWhole(SUBDOMAIN, prefix)) problems.push(`prefix part ${SUBDOMAIN_RULE}`);
  return problems;
}

/** Of the value of a label. */
export function labelValueProblems(value: string): string[] {
  const problems = value.length > 63 ? ['must be no more than 63 characters'] : [];
  return matchesWhole(VALUE, value) ? problems : [...problems, VALUE_RULE];
}

/** Of a name that is one part of a domain name, as those of containers and volumes are. */
export function domainLabelProblems(name: string): string[] {
  const problems = name.length > 63 ? ['must be no more than 63 characters'] : [];
  if (matchesWhole(LABEL, name)) return problems;
  return [...problems, matchesWhole(SUBDOMAIN, name) ? 'must not contain dots' : LABEL_RULE];
}

/** Of the name of a port. */
export function portNameProblems(name: string): string[] {
  const rules: readonly (readonly [boolean, string])[] = [
    [name.length <= 15, 'must be no more than 15 characters'],
    [/^[-a-z0-9]+$/.test(name), 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)'],
    [/[a-z]/.test(name), 'must contain at least one letter (a-z)'],
    [!name.includes('--'), 'must not contain consecutive hyphens'],
    [!/^-|-$/.test(name), 'must not begin or end with a hyphen'],
  ];
  return rules.flatMap(([isMet, rule]) => (isMet ? [] : rule));
}

/** Of the name of an environment variable. */
export function variableNameProblems(name: string): string[] {
  const problems = matchesWhole(VARIABLE, name) ? [] : [VARIABLE_RULE];
  if (name === '.') return [...problems, "must not be '.'"];
  if (name === '..') return [...problems, "must not be '..'"];
  return name.startsWith('..') ? [...problems, "must not start with '..'"] : problems;
}

function withExamples(rule: string, pattern: string, examples: readonly string[]): string {
  const quoted = examples.map((example) => `'${example}', `).join(' or ');
  return `${rule} (e.g. ${quoted}regex used for validation is '${pattern}')`;
}

/** API servers refuse names of more than a few hundred characters: these patterns stay cheap. */
function matchesWhole(pattern: string, text: string): boolean {
  return new RegExp(`^(?:${pattern})$`).test(text);
}
