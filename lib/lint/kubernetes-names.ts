/** What is wrong with a name, and what would not be. */
export interface NameComplaint {
  readonly message: string;
  readonly hint: string;
}

const LABEL = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const DNS = {
  label: { pattern: new RegExp(`^${LABEL}$`), longest: 63, extra: '"-"' },
  subdomain: { pattern: new RegExp(String.raw`^${LABEL}(?:\.${LABEL})*$`), longest: 253, extra: '"-" or "."' },
} as const;

/** @source IsDNS1123Label and IsDNS1123Subdomain of k8s.io/apimachinery/pkg/util/validation */
export function checkDns(name: string, form: keyof typeof DNS): NameComplaint | undefined {
  const { pattern, longest, extra } = DNS[form];
  if (name.length > longest) return tooLong(name, longest);
  if (pattern.test(name)) return undefined;
  const meant = name
    .toLowerCase()
    .replaceAll(form === 'label' ? /[^-a-z0-9]+/g : /[^-a-z0-9.]+/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '');
  return {
    message: `not a name that an API server takes: lower case letters, digits and ${extra}, with a letter or digit at both ends`,
    hint: pattern.test(meant) ? `such as "${meant}"` : 'take another',
  };
}

const NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** @source IsQualifiedName of k8s.io/apimachinery/pkg/util/validation */
export function checkLabelName(name: string): NameComplaint | undefined {
  const [last = '', ...before] = name.split('/').toReversed();
  const [prefix] = before;
  const hint = 'such as "team" or "example.com/team"';
  if (before.length > 1) return { message: 'a name of a label has at most one "/"', hint };
  if (prefix !== undefined && checkDns(prefix, 'subdomain')) {
    return { message: 'what stands before the "/" of a label is no DNS name in lower case', hint };
  }
  if (last.length > 63) return tooLong(last, 63);
  if (NAME.test(last)) return undefined;
  const message = 'not a name of a label: letters, digits, "-", "_" and ".", with a letter or digit at both ends';
  return { message, hint };
}

/** @source IsValidLabelValue of k8s.io/apimachinery/pkg/util/validation */
export function checkLabelValue(value: string): NameComplaint | undefined {
  if (value.length > 63) return tooLong(value, 63);
  if (value === '' || NAME.test(value)) return undefined;
  return {
    message: 'not a value of a label: letters, digits, "-", "_" and ".", with a letter or digit at both ends',
    hint: 'texts of other kinds belong into annotations',
  };
}

function tooLong(name: string, longest: number): NameComplaint {
  return { message: `${name.length} characters are too many`, hint: `at most ${longest}` };
}
