import { afterAll, beforeAll, expect, test } from 'vitest';
import { ALL_FACTS } from '../../../lib/kinds/facts/registry.ts';
import { changeEvent, type ChangeVerb } from '../../../lib/model/change-event.ts';
import { isFromBus, parseMessage } from '../../../lib/model/message.ts';
import { OUTCOME_SOURCE, outcomeTypesOf } from '../../../lib/model/outcome-event.ts';
import type { ObjectRef } from '../../../lib/model/ref.ts';
import { packageTemplate } from '../servers/aws/package-template.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch-folder.ts';
import { envelopeOf, type InputTransformer, isMatch, transformed } from './event-rule.ts';
import { type Properties, propertiesOf } from './read.ts';

const folder = createScratchFolder('template');
let rule: Properties;
let target: Properties & { readonly InputTransformer: InputTransformer };

beforeAll(async () => {
  rule = propertiesOf(await packageTemplate(folder), 'ClusterEvents');
  [target] = rule['Targets'] as readonly [typeof target];
});
afterAll(() => removeScratchFolder(folder));

const VERBS: Readonly<Record<ChangeVerb, true>> = { Created: true, Updated: true, Deleted: true, Changed: true };

const CHANGES = ALL_FACTS.flatMap(({ kind }) =>
  Object.keys(VERBS).map((verb) => {
    const ref = { cluster: 'shop-eu', kind, namespace: 'web', name: 'shop-7d8.1', uid: '0a1b-2c3d' };
    return { ref, verb: verb as ChangeVerb, before: '0a1b-2c3d@4711' };
  }),
);

test.each(CHANGES)(
  '$ref.kind $verb becomes a message that says who, who says so, what there was before, and nothing else',
  (change) => {
    const event = envelopeOf(changeEvent(change));
    expect(isMatch(rule['EventPattern'], event)).toBe(true);
    const body = transformed(target.InputTransformer, event);
    expect(JSON.parse(body)).toEqual({ source: 'assay.cluster.shop-eu', ...change.ref, before: change.before });
    expect(isFromBus(body)).toBe(true);
    expect(parseMessage(body)).toEqual({ ref: change.ref, before: change.before });
  },
);

test('an event of a webhook that says nothing of before becomes a message all the same', () => {
  const [change] = CHANGES;
  if (!change) throw new Error('no change');
  const { before: _, ...detail } = changeEvent(change).detail;
  const event = envelopeOf({ ...changeEvent(change), detail });
  expect(isMatch(rule['EventPattern'], event)).toBe(true);
  expect(parseMessage(transformed(target.InputTransformer, event))).toEqual({ ref: change.ref });
});

test.each([...outcomeTypesOf(ALL_FACTS)])('%s goes out and does not come in', (detailType) => {
  const { ref } = CHANGES[0] ?? { ref: {} };
  const event = envelopeOf({ source: OUTCOME_SOURCE, detailType, detail: { ...ref, phase: 'Failed' } });
  expect(isMatch(rule['EventPattern'], event)).toBe(false);
});

test.each<{ name: string; ref?: Partial<ObjectRef>; source?: string; detailType?: string; without?: keyof ObjectRef }>([
  { name: 'of another source', source: 'assay.webhook' },
  { name: 'of a source that only begins like ours', source: 'assay.clusters' },
  { name: 'of another kind', ref: { kind: 'Workflow' } },
  { name: 'that asks for a look at a whole cluster', ref: { kind: 'Cluster' } },
  { name: 'of another detail-type', detailType: 'AnalysisRun Failed' },
  { name: 'without a cluster', without: 'cluster' },
  { name: 'without a name', without: 'name' },
  { name: 'without a uid', without: 'uid' },
])('an event $name is nobody’s message', ({ ref, source, detailType, without }) => {
  const [change] = CHANGES;
  if (!change) throw new Error('no change');
  const event = changeEvent({ ...change, ref: { ...change.ref, ...ref } });
  const detail = Object.fromEntries(Object.entries(event.detail).filter(([field]) => field !== without));
  const forged = { ...event, detail, ...(source && { source }), ...(detailType && { detailType }) };
  expect(isMatch(rule['EventPattern'], envelopeOf(forged))).toBe(false);
});

test.each([
  { name: 'of another cluster than its source', source: 'assay.cluster.shop', field: {} },
  { name: 'with an object for a name', field: { name: { a: 'b' } } },
  { name: 'with a name that no object has', field: { name: 'x'.repeat(254) } },
  { name: 'with a list for a cluster', field: { cluster: ['shop-eu'] } },
])('an event $name is known for an event, and is no message', ({ source, field }) => {
  const [change] = CHANGES;
  if (!change) throw new Error('no change');
  const event = changeEvent(change);
  const forged = envelopeOf({ ...event, ...(source && { source }), detail: { ...event.detail, ...field } });
  expect(isMatch(rule['EventPattern'], forged)).toBe(true);
  const body = transformed(target.InputTransformer, forged);
  expect(parseMessage(body)).toBeUndefined();
  expect(isFromBus(body)).toBe(true);
});

test('the rule sends to the queue alone, for ten minutes, in one group, and keeps what it cannot deliver', () => {
  expect(rule['Targets']).toHaveLength(1);
  expect(rule).toMatchObject({ EventBusName: { Ref: 'Bus' } });
  expect(target).toMatchObject({
    Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
    RetryPolicy: { MaximumEventAgeInSeconds: 600, MaximumRetryAttempts: 20 },
    DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['UndeliveredEvents', 'Arn'] } },
    SqsParameters: { MessageGroupId: 'events' },
  });
});
