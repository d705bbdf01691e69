/** What the tests take from the packaged template, so that what is deployed is what is tested. */
export interface Wiring {
  readonly queue: QueueSettings;
  readonly rule: RuleSettings;
  readonly mapping: { readonly batchSize: number; readonly maximumConcurrency: number };
  readonly onMessage: FunctionSettings;
  readonly onSchedule: FunctionSettings;
}

export interface QueueSettings {
  readonly visibilityTimeoutSeconds: number;
  /** Receives after which a message goes to the dead-letter queue. */
  readonly maxReceiveCount: number;
}

export interface RuleSettings {
  readonly pattern: object;
  readonly inputPaths: Readonly<Record<string, string>>;
  readonly inputTemplate: string;
  readonly messageGroupId: string | undefined;
}

export interface FunctionSettings {
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** The variables that are plain text; what refers to other resources is the test's to set. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A CloudFormation template, as `osls package` leaves it. */
export interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> }>
  >;
}

/** Throws, naming what it misses. */
export function readWiring(template: Template): Wiring {
  const find = <Properties>(type: string, what: string, is: (properties: Properties) => boolean): Properties => {
    const all = Object.values(template.Resources).filter(({ Type }) => Type === type);
    const found = all.map(({ Properties = {} }) => Properties as Properties).find((properties) => is(properties));
    if (found === undefined) throw new Error(`the template has no ${what} (${type})`);
    return found;
  };
  const queue = find<QueueProperties>(
    'AWS::SQS::Queue',
    'queue with a dead-letter queue',
    (one) => !!one.RedrivePolicy,
  );
  const rule = find<RuleProperties>('AWS::Events::Rule', 'rule with a transformer', (one) =>
    Boolean(one.EventPattern && one.Targets[0]?.InputTransformer),
  );
  const mapping = find<MappingProperties>('AWS::Lambda::EventSourceMapping', 'mapping', () => true);
  const functionCalled = (name: string): FunctionSettings =>
    functionOf(find('AWS::Lambda::Function', `function ${name}`, ({ Handler }) => Handler.includes(`/${name}/`)));
  const [target] = rule.Targets;
  return {
    queue: {
      visibilityTimeoutSeconds: queue.VisibilityTimeout,
      maxReceiveCount: queue.RedrivePolicy?.maxReceiveCount ?? 0,
    },
    rule: {
      pattern: rule.EventPattern ?? {},
      inputPaths: target?.InputTransformer?.InputPathsMap ?? {},
      inputTemplate: target?.InputTransformer?.InputTemplate ?? '',
      messageGroupId: target?.SqsParameters?.MessageGroupId,
    },
    mapping: { batchSize: mapping.BatchSize, maximumConcurrency: mapping.ScalingConfig.MaximumConcurrency },
    onMessage: functionCalled('on-message'),
    onSchedule: functionCalled('on-schedule'),
  };
}

function functionOf({ Handler, Timeout, MemorySize, Environment }: FunctionProperties): FunctionSettings {
  const variables = Object.entries(Environment?.Variables ?? {});
  const plain = variables.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return {
    handler: Handler,
    timeoutSeconds: Timeout,
    memoryMb: MemorySize,
    environment: Object.fromEntries(plain),
  };
}

interface QueueProperties {
  readonly VisibilityTimeout: number;
  readonly RedrivePolicy?: { readonly maxReceiveCount: number };
}

interface RuleProperties {
  readonly EventPattern?: object;
  readonly Targets: readonly {
    readonly InputTransformer?: {
      readonly InputPathsMap: Readonly<Record<string, string>>;
      readonly InputTemplate: string;
    };
    readonly SqsParameters?: { readonly MessageGroupId: string };
  }[];
}

interface MappingProperties {
  readonly BatchSize: number;
  readonly ScalingConfig: { readonly MaximumConcurrency: number };
}

interface FunctionProperties {
  readonly Handler: string;
  readonly Timeout: number;
  readonly MemorySize: number;
  readonly Environment?: { readonly Variables: Readonly<Record<string, unknown>> };
}
