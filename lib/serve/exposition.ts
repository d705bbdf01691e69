/** Of a sample, in the order in which they are written. */
export type Labels = Readonly<Record<string, string | number>>;

/** Which object a series is of. */
export interface ObjectLabels {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}

/** Series of one name. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
}

/** What stands above the samples of a family. @source Prometheus' text format, version 0.0.4 */
export function familyHead({ name, help, type }: Family): string {
  return `# HELP ${name} ${escape(help)}\n# TYPE ${name} ${type}\n`;
}

/** One sample, with its line break. */
export function sampleLine(name: string, labels: string, value: number): string {
  return `${name}{${labels}} ${value}\n`;
}

/** As they stand between the braces of a sample. */
export function labelText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${typeof value === 'number' ? value : escape(value).replaceAll('"', '\\"')}"`)
    .join(',');
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
