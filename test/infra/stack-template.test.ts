import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { defaultsOfDeployment } from '../../infra/release/package-stack.ts';
import { STACK_PARAMETERS, type StackParameter } from '../../infra/release/stack-parameters.ts';
import { type Json, type PackagedTemplate, templateOfRelease } from '../../infra/release/stack-template.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const STAGE: StackParameter = { name: 'Stage', of: 'stage', description: 'Names', mark: 'stage-mark' };
const MEMORY: StackParameter = { name: 'Memory', of: 'memory', description: 'MB', mark: 4211, minimum: 128 };
const BUS: StackParameter = {
  name: 'BusName',
  of: 'busName',
  description: 'Bus',
  mark: 'bus-mark',
  otherwise: 'assay-${Stage}',
};

const aTemplate = (properties: Json): PackagedTemplate => ({
  AWSTemplateFormatVersion: '2010-09-09',
  Description: 'of osls',
  Parameters: { Tracing: { Type: 'String' } },
  Conditions: { HasTracing: { 'Fn::Equals': [{ Ref: 'Tracing' }, 'Active'] } },
  Resources: {
    ServerlessDeploymentBucket: { Type: 'AWS::S3::Bucket' },
    Thing: { Type: 'AWS::SQS::Queue', Properties: properties },
  },
  Outputs: {
    ServerlessDeploymentBucketName: { Value: { Ref: 'ServerlessDeploymentBucket' } },
    Url: { Value: { Ref: 'Thing' } },
  },
});
const released = (properties: Json, ...parameters: readonly StackParameter[]): PackagedTemplate =>
  templateOfRelease(aTemplate(properties), parameters, { stage: 'prod', memory: 512, busName: 'x' }, 'eu-west-1');
const bus = { 'Fn::If': ['HasBusName', { Ref: 'BusName' }, { 'Fn::Sub': 'assay-${Stage}' }] };

describe('a mark becomes what a stack is given', () => {
  test.each<{ name: string; parameter: StackParameter; packaged: Json; released: Json }>([
    { name: 'a text that is one', parameter: STAGE, packaged: 'stage-mark', released: { Ref: 'Stage' } },
    {
      name: 'a text that holds one',
      parameter: STAGE,
      packaged: 'assay-stage-mark',
      released: { 'Fn::Sub': 'assay-${Stage}' },
    },
    {
      name: 'a text that holds one, and the region',
      parameter: STAGE,
      packaged: 'assay-stage-mark-eu-west-1-x',
      released: { 'Fn::Sub': 'assay-${Stage}-${AWS::Region}-x' },
    },
    {
      name: 'a text that CloudFormation left alone keeps its ${}',
      parameter: STAGE,
      packaged: '${a}-stage-mark',
      released: { 'Fn::Sub': '${!a}-${Stage}' },
    },
    {
      name: 'a text of Fn::Sub, which goes on to be one',
      parameter: STAGE,
      packaged: { 'Fn::Sub': '${AWS::AccountId}:stage-mark' },
      released: { 'Fn::Sub': '${AWS::AccountId}:${Stage}' },
    },
    { name: 'a number', parameter: MEMORY, packaged: { Size: 4211 }, released: { Size: { Ref: 'Memory' } } },
    { name: 'a number as text', parameter: MEMORY, packaged: ['4211'], released: [{ Ref: 'Memory' }] },
    { name: 'one that may be left out', parameter: BUS, packaged: 'bus-mark', released: bus },
    {
      name: 'one that may be left out, in a text',
      parameter: BUS,
      packaged: { 'Fn::Sub': '${AWS::Region}/bus-mark' },
      released: { 'Fn::Sub': ['${AWS::Region}/${BusNameGiven}', { BusNameGiven: bus }] },
    },
  ])('$name', ({ parameter, packaged, released: expected }) => {
    expect(released({ It: packaged }, parameter).Resources['Thing']).toEqual({
      Type: 'AWS::SQS::Queue',
      Properties: { It: expected },
    });
  });

  test('and a parameter of it, with the default of serverless.yml, or none where that is made of others', () => {
    const { Parameters, Conditions } = released({ a: 'stage-mark', b: 4211, c: 'bus-mark' }, STAGE, MEMORY, BUS);
    expect(Parameters).toMatchObject({
      Stage: { Type: 'String', Default: 'prod' },
      Memory: { Type: 'Number', Default: 512, MinValue: 128 },
      BusName: { Type: 'String', Default: '' },
      Tracing: { Type: 'String' },
    });
    expect(Object.keys(Conditions)).toEqual(['HasBusName', 'HasTracing']);
  });

  test('a parameter that would do nothing is an error', () => {
    expect(() => released({ a: 'stage-mark' }, STAGE, MEMORY)).toThrow('the template has no place for memory');
  });

  test('the bucket of osls is left out', () => {
    const { Resources, Outputs } = released({ a: 'stage-mark' }, STAGE);
    expect([Object.keys(Resources), Object.keys(Outputs)]).toEqual([['Thing'], ['Url']]);
  });
});

test('every parameter of a deployment is one of the template of a release', () => {
  const { Parameters } = parse(readFileSync(join(ROOT, 'infra/aws/parameters.yml'), 'utf8')) as {
    readonly Parameters: Readonly<Record<string, unknown>>;
  };
  const inTemplate = Object.keys(Parameters).map((name) => `${name[0]?.toLowerCase()}${name.slice(1)}`);
  const all = [...inTemplate, ...STACK_PARAMETERS.map(({ of }) => of)];
  expect(all.toSorted()).toEqual(Object.keys(defaultsOfDeployment()).toSorted());
});

test('what stands for nothing given is what serverless.yml says', () => {
  const defaults = defaultsOfDeployment();
  const optional = STACK_PARAMETERS.filter(({ otherwise }) => otherwise !== undefined);
  expect(optional.map(({ of, otherwise }) => [of, otherwise])).toEqual(
    optional.map(({ of }) => [of, String(defaults[of]).replace('${sls:stage}', '${Stage}')]),
  );
});
