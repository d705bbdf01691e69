import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { awsLoadBalancers } from '../../lib/connections/aws-load-balancers.ts';
import { AssayError } from '../../lib/model/errors.ts';
import type { LoadBalancers } from '../../lib/model/load-balancer.ts';
import { loadVectors } from '../vectors/load.ts';
import { seenIn } from '../vectors/rollout-router-elb.ts';
import { type Elb, type ElbStub, openElbStub } from './elb-stub.ts';

const HOST = 'web-1.us-east-2.elb.amazonaws.com';
const BALANCER = { DNSName: HOST, LoadBalancerArn: 'arn:lb/app/web/1', LoadBalancerName: 'web' };

const credentials = async () => ({ accessKeyId: 'AKIDSHOP', secretAccessKey: 'x' });

let stub: ElbStub;
let balancers: LoadBalancers;
beforeAll(async () => {
  stub = await openElbStub();
});
afterAll(() => stub.close());
beforeEach(() => {
  balancers = awsLoadBalancers({ credentials, client: stub.client });
});

/** What is asked from now on. */
function callsFromNow(): () => ElbStub['calls'] {
  const before = stub.calls.length;
  return () => stub.calls.slice(before);
}

function aTargetGroup(number: number) {
  const arn = `arn:tg/web-${number}/1`;
  return { TargetGroupArn: arn, TargetGroupName: `web-${number}`, LoadBalancerArns: [BALANCER.LoadBalancerArn] };
}

describe('awsLoadBalancers', () => {
  test('reads what is attached to a load balancer, and signs for its region', async () => {
    stub.show({
      LoadBalancers: [BALANCER],
      TargetGroups: [aTargetGroup(1), aTargetGroup(2)],
      Tags: { 'arn:tg/web-1/1': { owner: 'shop', 'ingress.k8s.aws/resource': 'shop/web-canary:80' } },
      Listeners: [{ ListenerArn: 'arn:li/1', LoadBalancerArn: BALANCER.LoadBalancerArn }],
      Rules: [
        {
          ListenerArn: 'arn:li/1',
          Actions: [
            { Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: 'arn:tg/web-1/1', Weight: 20 }] } },
          ],
        },
        { ListenerArn: 'arn:li/1', Actions: [{ Type: 'fixed-response' }] },
      ],
    });
    const calls = callsFromNow();
    expect(await balancers.find(HOST)).toStrictEqual({
      object: {
        name: 'web',
        arn: 'arn:lb/app/web/1',
        targetGroups: {
          object: [
            { name: 'web-1', arn: 'arn:tg/web-1/1', resource: 'shop/web-canary:80', weight: 20 },
            { name: 'web-2', arn: 'arn:tg/web-2/1' },
          ],
        },
      },
    });
    expect(calls().map(({ Action, by }) => [Action, by])).toStrictEqual(
      ['LoadBalancers', 'TargetGroups', 'Tags', 'Listeners', 'Rules'].map((what) => [
        `Describe${what}`,
        'AKIDSHOP us-east-2',
      ]),
    );
  });

  test('goes through the pages of load balancers until it has found one', async () => {
    const others = [1, 2, 3].map((number) => ({ ...BALANCER, DNSName: `other-${number}` }));
    stub.show({ LoadBalancers: [...others.slice(0, 2), BALANCER, ...others.slice(2)], pageSize: 1 });
    const calls = callsFromNow();
    expect(await balancers.find(HOST)).toMatchObject({ object: { name: 'web' } });
    const pages = calls().filter(({ Action }) => Action === 'DescribeLoadBalancers');
    expect(pages.map(({ Marker, PageSize }) => [Marker, PageSize])).toStrictEqual([
      [undefined, '300'],
      ['1', '300'],
      ['2', '300'],
    ]);
  });

  test('asks for the tags of twenty target groups at once', async () => {
    const groups = Array.from({ length: 41 }, (_, number) => aTargetGroup(number));
    const Tags = { 'arn:tg/web-40/1': { 'ingress.k8s.aws/resource': 'last' } };
    stub.show({ LoadBalancers: [BALANCER], TargetGroups: groups, Tags });
    const calls = callsFromNow();
    const found = await balancers.find(HOST);
    expect(calls().filter(({ Action }) => Action === 'DescribeTags')).toHaveLength(3);
    expect(found).toHaveProperty('object.targetGroups.object.40.resource', 'last');
  });

  test.each([
    ['there is none of the name', { LoadBalancers: [{ ...BALANCER, DNSName: 'other' }] }, HOST, undefined],
    ['the name tells no region', { LoadBalancers: [BALANCER] }, 'web.example.com', undefined],
    ['the name tells what is no region', { LoadBalancers: [BALANCER] }, 'w.x/.elb.amazonaws.com', undefined],
    ['of a network load balancer', {}, 'web-1.elb.eu-west-1.amazonaws.com', 'AKIDSHOP eu-west-1'],
    ['in China', {}, 'web-1.cn-north-1.elb.amazonaws.com.cn', 'AKIDSHOP cn-north-1'],
  ])('%s: nothing is found', async (_, elb: Elb, name, by = name === HOST ? 'AKIDSHOP us-east-2' : undefined) => {
    stub.show(elb);
    const calls = callsFromNow();
    expect(await balancers.find(name)).toBeUndefined();
    expect(calls().map((call) => call.by)).toStrictEqual(by === undefined ? [] : [by]);
  });

  test('tells the targets of a target group, which names its own region', async () => {
    const arn = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/1';
    stub.show({ Targets: { [arn]: [{ Id: '10.0.0.1', Port: 8080 }, { Id: 'i-1' }, { Id: '10.0.0.2', Port: 81 }] } });
    const calls = callsFromNow();
    expect(await balancers.targets(arn)).toStrictEqual({ object: ['10.0.0.1:8080', '10.0.0.2:81'] });
    expect(calls()).toStrictEqual([{ Action: 'DescribeTargetHealth', TargetGroupArn: arn, by: 'AKIDSHOP eu-west-1' }]);
    expect(await balancers.targets('arn:tg/web')).toStrictEqual({ problem: '"arn:tg/web" names no region' });
  });

  test('says why it may not ask', async () => {
    const reason = 'could not get SigV4 credentials: the settings of cluster shop name no role (aws.roleArn)';
    const refusing = awsLoadBalancers({
      credentials: () => Promise.reject(new AssayError('ASSAY_METRIC_INVALID', reason)),
      client: stub.client,
    });
    expect(await refusing.find(HOST)).toStrictEqual({ problem: reason });
  });

  test('says that it was ended', async () => {
    stub.show({ LoadBalancers: [BALANCER] });
    expect(await balancers.find(HOST, AbortSignal.abort())).toStrictEqual({ problem: 'AbortError: Request aborted' });
  });
});

interface Vector {
  readonly id: string;
  readonly elb?: Elb;
  readonly config?: { readonly albTagKeyResourceID?: string };
  readonly calls: readonly {
    readonly awsCalls?: readonly { readonly op: string; readonly params: Readonly<Record<string, unknown>> }[];
  }[];
}

const vectors = loadVectors('rollout').flatMap(({ file, vectors: all }) =>
  file === 'router-alb.jsonl' ? (all as readonly unknown[] as readonly Vector[]) : [],
);

test.skipIf(vectors.length === 0)("asks in the order of Argo's router, and finds the same", async () => {
  const wrong: unknown[] = [];
  let compared = 0;
  for (const vector of vectors) {
    const { id, elb, config = {}, calls }: Vector = withRegions(vector);
    const [{ awsCalls = [] } = {}] = calls;
    if (!elb || awsCalls.length === 0) continue;
    const own = awsLoadBalancers({
      credentials,
      resourceTag: config.albTagKeyResourceID,
      client: stub.client,
    });
    const host = 'lb-abc.us-east-2.elb.amazonaws.com';
    const expected = seenIn(elb, config.albTagKeyResourceID).get(host);
    stub.show(elb);
    const made = callsFromNow();
    const found = await own.find(host);
    const asked = made().map(({ by: _by, ...form }) => form);
    // A load balancer that is looked for a second time is none of this one.
    const firstAsked = awsCalls.slice(0, asked.length).map(({ op, params }) => ({ Action: op, ...formOf(params) }));
    compared += 1;
    if (JSON.stringify([found, asked.map(sorted)]) !== JSON.stringify([expected, firstAsked.map(sorted)])) {
      wrong.push({ id, found, expected, asked, firstAsked });
    }
  }
  expect(wrong).toStrictEqual([]);
  expect(compared).toBeGreaterThan(15);
});

/** Names of load balancers as AWS gives them. */
function withRegions(vector: Vector): Vector {
  return JSON.parse(JSON.stringify(vector).replaceAll('.elb.example.com', '.elb.amazonaws.com')) as Vector;
}

function formOf(params: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) =>
      Array.isArray(value)
        ? value.map((member, index) => [`${name}.member.${index + 1}`, String(member)])
        : [[name, String(value)]],
    ),
  ) as Readonly<Record<string, string>>;
}

function sorted(form: Readonly<Record<string, string>>) {
  return Object.entries(form).toSorted(([left], [right]) => (left < right ? -1 : 1));
}
