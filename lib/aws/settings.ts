import { AssayError } from '../model/errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** One variable of the environment. */
interface Row<T> {
  readonly name: string;
  readonly meaning: string;
  /** As it would stand in the environment; undefined: it must be set. */
  readonly byDefault?: string;
  /** Undefined where the text is not what `expected` says. */
  readonly parse: (text: string) => T | undefined;
  readonly expected: string;
}

const text = (name: string, meaning: string, byDefault?: string): Row<string> => ({
  name,
  meaning,
  ...(byDefault !== undefined && { byDefault }),
  parse: (given) => given,
  expected: 'a text',
});

const count = (name: string, meaning: string, byDefault: number, [least, most]: readonly [number, number]) => ({
  name,
  meaning,
  byDefault: String(byDefault),
  parse: (given: string) => {
    const value = Number(given);
    return /^\d+$/.test(given) && value >= least && value <= most ? value : undefined;
  },
  expected: `a whole number from ${least} to ${most}`,
});

/** Every setting of the functions. What AWS calls its own (AWS_REGION, AWS_ENDPOINT_URL, …) its SDK reads itself. */
const SETTINGS = {
  stage: text('ASSAY_STAGE', 'the stage of this deployment, as metrics have it', 'prod'),
  queueUrl: text('ASSAY_QUEUE_URL', 'the address of the queue of steps'),
  busArn: text('ASSAY_BUS_ARN', 'the ARN of the event bus where outcomes go'),
  registryPath: text('ASSAY_REGISTRY_PATH', 'where the documents of clusters are in Parameter Store'),
  /** Seconds that a message may wait at most; longer waits hop. */
  maxDelaySeconds: count('ASSAY_MAX_DELAY_SECONDS', 'the longest wait of a message', 900, [1, 900]),
  /** Milliseconds for which what was read of the registry is good. */
  registryMaxAgeMs: count('ASSAY_REGISTRY_MAX_AGE_MS', 'how long the registry is kept', 60_000, [0, 3_600_000]),
} as const satisfies Readonly<Record<string, Row<unknown>>>;

export type FunctionSettings = {
  readonly [Name in keyof typeof SETTINGS]: (typeof SETTINGS)[Name] extends Row<infer T> ? T : never;
};

/** What the environment of a function says. @throws AssayError ASSAY_SETTING_INVALID, which names every setting that is wrong */
export function readSettings(environment: Environment): FunctionSettings {
  const problems: string[] = [];
  const read = <T>({ name, meaning, byDefault, parse, expected }: Row<T>): T | undefined => {
    const given = environment[name]?.trim() || byDefault;
    const value = given === undefined ? undefined : parse(given);
    if (given === undefined) problems.push(`${name}: not set; it is ${meaning}`);
    else if (value === undefined) problems.push(`${name}: expected ${expected}, got ${JSON.stringify(given)}`);
    return value;
  };
  const settings = Object.fromEntries(Object.entries(SETTINGS).map(([field, row]) => [field, read<unknown>(row)]));
  if (problems.length > 0) throw new AssayError('ASSAY_SETTING_INVALID', problems.join('; '));
  return settings as FunctionSettings;
}
