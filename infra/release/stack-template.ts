import type { StackParameter } from './stack-parameters.ts';

/** A CloudFormation template, or a part of one. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

type Section = Readonly<Record<string, Json>>;

/** A template as osls leaves it. */
export interface PackagedTemplate {
  readonly AWSTemplateFormatVersion: string;
  readonly Description: string;
  readonly Parameters: Section;
  readonly Conditions: Section;
  readonly Resources: Section;
  readonly Outputs: Section;
}

/** Where the zips of the functions are, under the name that each has in a release. */
const CODE: Readonly<Record<string, string>> = {
  OnMessageLambdaFunction: 'on-message.zip',
  OnScheduleLambdaFunction: 'on-schedule.zip',
};

/** What osls puts into a bucket of its own; a release is in the bucket of whoever puts it up. */
const OF_OSLS = new Set([
  'ServerlessDeploymentBucket',
  'ServerlessDeploymentBucketPolicy',
  'ServerlessDeploymentBucketName',
]);

/**
 * The template of a release: one for all stages, regions and accounts, with a parameter for whatever osls fills in, and the
 * zips where `CodeBucket` and `CodePrefix` say. `packaged` holds the marks of `parameters`, and was made for `region`.
 *
 * Throws for a mark that has no place, since its parameter would do nothing.
 */
export function templateOfRelease(
  packaged: PackagedTemplate,
  parameters: readonly StackParameter[],
  defaults: Readonly<Record<string, string | number>>,
  region: string,
): PackagedTemplate {
  const put = replacer(parameters, region);
  const Resources = Object.fromEntries(
    Object.entries(kept(packaged.Resources)).map(([name, resource]) => [name, put.in(withCode(name, resource))]),
  );
  const unused = parameters.filter(({ mark }) => !put.used.has(mark)).map(({ of }) => of);
  if (unused.length > 0) throw new Error(`the template has no place for ${unused.join(', ')}`);

  const optional = parameters.filter(({ otherwise }) => otherwise !== undefined);
  return {
    AWSTemplateFormatVersion: packaged.AWSTemplateFormatVersion,
    Description: 'Assay: Argo Rollouts for many Kubernetes clusters, run from outside them',
    Parameters: {
      CodeBucket: { Type: 'String', Description: 'Bucket of the zips of the functions, in the region of the stack' },
      CodePrefix: { Type: 'String', Description: 'What stands before their names there', Default: '' },
      ...Object.fromEntries(parameters.map((one) => [one.name, declared(one, defaults[one.of])])),
      ...packaged.Parameters,
    },
    Conditions: {
      ...Object.fromEntries(
        optional.map(({ name }) => [`Has${name}`, { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: name }, ''] }] }]),
      ),
      ...packaged.Conditions,
    },
    Resources,
    Outputs: kept(packaged.Outputs),
  };
}

function kept(section: Section): Section {
  return Object.fromEntries(Object.entries(section).filter(([name]) => !OF_OSLS.has(name)));
}

function declared(
  { description, mark, minimum, maximum, pattern, otherwise }: StackParameter,
  byDefault: string | number = '',
): Json {
  return {
    Type: typeof mark === 'number' ? 'Number' : 'String',
    Description: description,
    Default: otherwise === undefined ? byDefault : '',
    ...(minimum !== undefined && { MinValue: minimum }),
    ...(maximum !== undefined && { MaxValue: maximum }),
    ...(pattern !== undefined && { AllowedPattern: pattern }),
  };
}

function withCode(name: string, resource: Json): Json {
  const zip = CODE[name];
  if (zip === undefined) return resource;
  const { Properties, ...rest } = resource as { readonly Properties: Section };
  const Code = { S3Bucket: { Ref: 'CodeBucket' }, S3Key: { 'Fn::Sub': `\${CodePrefix}${zip}` } };
  return { ...rest, Properties: { ...Properties, Code } };
}

interface Replacer {
  readonly in: (value: Json) => Json;
  /** The marks that were found so far. */
  readonly used: ReadonlySet<string | number>;
}

function replacer(parameters: readonly StackParameter[], region: string): Replacer {
  const used = new Set<string | number>();
  const texts = parameters.flatMap((one) => (typeof one.mark === 'string' ? [{ ...one, mark: one.mark }] : []));
  const numbers = parameters.filter(({ mark }) => typeof mark === 'number');

  /** `text` is Fn::Sub's: what has `${}` stays as it is. */
  const inText = (text: string): Json => {
    const held = texts.filter(({ mark }) => text.includes(mark));
    for (const { mark } of held) used.add(mark);
    const whole = held.find(({ mark }) => mark === text);
    if (whole !== undefined) return valueOf(whole);
    const filled = held
      // A variable of Fn::Sub's own must not be called as a parameter is.
      .reduce((so, { mark, name, otherwise }) => so.replaceAll(mark, `\${${name}${otherwise ? 'Given' : ''}}`), text)
      .replaceAll(region, '${AWS::Region}');
    const variables = held
      .filter(({ otherwise }) => otherwise)
      .map((one) => [`${one.name}Given`, valueOf(one)] as const);
    return { 'Fn::Sub': variables.length === 0 ? filled : [filled, Object.fromEntries(variables)] };
  };

  const inLeaf = (value: string | number | boolean | null): Json => {
    // What osls has from its command line stays text where it does not have to be a number.
    const number = numbers.find(({ mark }) => String(mark) === String(value));
    if (number !== undefined) {
      used.add(number.mark);
      return { Ref: number.name };
    }
    if (typeof value !== 'string') return value;
    const isMarked = value.includes(region) || texts.some(({ mark }) => value.includes(mark));
    return isMarked ? inText(value.replaceAll('${', '${!')) : value;
  };

  const within = (value: Json): Json => {
    if (isList(value)) return value.map(within);
    if (value === null || typeof value !== 'object') return inLeaf(value);
    const { 'Fn::Sub': text, ...others } = value;
    if (typeof text === 'string' && Object.keys(others).length === 0) return inText(text);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, within(one)]));
  };
  return { in: within, used };
}

function valueOf({ name, otherwise }: StackParameter): Json {
  const given = { Ref: name };
  return otherwise === undefined ? given : { 'Fn::If': [`Has${name}`, given, { 'Fn::Sub': otherwise }] };
}

/** `Array.isArray` makes any[] of what may be a list. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
