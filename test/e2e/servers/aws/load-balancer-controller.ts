import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Action,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeRulesCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { KubernetesObject } from '../../../../lib/model/kubernetes.ts';
import { valueAt } from '../../../../lib/rollout/routers/accessor.ts';
import type { ApiClient } from '../api-client.ts';
import { REGION } from './account.ts';

const PARTS = ['stable', 'canary'] as const;
type Part = (typeof PARTS)[number];

/** A load balancer, and who keeps it as an Ingress and the pods of two Services say. */
export interface LoadBalancerController {
  /** Of a part, as the load balancer has it. */
  weight(part: Part): Promise<number | undefined>;
  /** The addresses of the pods that it sends requests to. */
  targets(part: Part): Promise<readonly string[]>;
  readonly arns: Readonly<Record<Part, string>>;
  stop(): Promise<void>;
}

export interface ControlledIngress {
  /** Of moto. */
  readonly endpoint: string;
  readonly api: ApiClient;
  readonly namespace: string;
  /** Of the Ingress; its Services are `<name>-stable` and `<name>-canary`, on port 80. */
  readonly name: string;
  /** How long a change takes to get there. */
  readonly lateMs: number;
}

/**
 * Plays the AWS Load Balancer Controller for one Ingress: makes a load balancer in moto with a target group for each
 * Service, says its name in the status, and from then on gives it the weights of the action and the pods of the Endpoints.
 */
export async function startLoadBalancerController(of: ControlledIngress): Promise<LoadBalancerController> {
  const { endpoint, api, namespace, name, lateMs } = of;
  const credentials = { accessKeyId: 'for-tests-only', secretAccessKey: 'for-tests-only' };
  const client = new ElasticLoadBalancingV2Client({ region: REGION, endpoint, credentials });
  const { subnets, vpc } = await defaultNetwork(endpoint);
  const made = await client.send(new CreateLoadBalancerCommand({ Name: name, Subnets: [...subnets] }));
  const { LoadBalancerArn = '', DNSName = '' } = made.LoadBalancers?.[0] ?? {};
  const groupFor = async (part: Part): Promise<string> => {
    const Tags = [{ Key: 'ingress.k8s.aws/resource', Value: `${namespace}/${name}-${name}-${part}:80` }];
    const command = {
      Name: `${name}-${part}`,
      Protocol: 'HTTP',
      Port: 80,
      VpcId: vpc,
      TargetType: 'ip',
      Tags,
    } as const;
    const { TargetGroups } = await client.send(new CreateTargetGroupCommand(command));
    return TargetGroups?.[0]?.TargetGroupArn ?? '';
  };
  const arns = { stable: await groupFor('stable'), canary: await groupFor('canary') };
  const forward = (weights: Readonly<Record<Part, number>>): Action[] => {
    const TargetGroups = PARTS.map((part) => ({ TargetGroupArn: arns[part], Weight: weights[part] }));
    return [{ Type: 'forward', ForwardConfig: { TargetGroups } }];
  };
  let applied: Readonly<Record<Part, number>> = { stable: 100, canary: 0 };
  const listener = { LoadBalancerArn, Protocol: 'HTTP', Port: 80, DefaultActions: forward(applied) } as const;
  const { Listeners } = await client.send(new CreateListenerCommand(listener));
  const ListenerArn = Listeners?.[0]?.ListenerArn ?? '';

  const ingressPath = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses/${name}`;
  const body = { status: { loadBalancer: { ingress: [{ hostname: DNSName }] } } };
  await api.call(`${ingressPath}/status`, { method: 'PATCH', contentType: 'application/merge-patch+json', body });

  const targets = async (part: Part): Promise<readonly string[]> => {
    const command = new DescribeTargetHealthCommand({ TargetGroupArn: arns[part] });
    const { TargetHealthDescriptions = [] } = await client.send(command);
    return TargetHealthDescriptions.map(({ Target }) => `${Target?.Id}:${Target?.Port}`);
  };
  const followWeights = async (): Promise<void> => {
    const ingress = await api.call<KubernetesObject>(ingressPath);
    const wanted = weightsIn(ingress.metadata.annotations?.[`alb.ingress.kubernetes.io/actions.${name}-stable`], name);
    if (wanted === undefined || PARTS.every((part) => wanted[part] === applied[part])) return;
    await sleep(lateMs);
    await client.send(new ModifyListenerCommand({ ListenerArn, DefaultActions: forward(wanted) }));
    applied = wanted;
  };
  const followPods = async (part: Part): Promise<void> => {
    const found = await api.send(`/api/v1/namespaces/${namespace}/endpoints/${name}-${part}`);
    const wanted = addressesIn(found.body);
    const there = await targets(part);
    const TargetGroupArn = arns[part];
    const added = wanted.filter((each) => !there.includes(each)).map(targetOf);
    const gone = there.filter((each) => !wanted.includes(each)).map(targetOf);
    if (added.length > 0) await client.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: added }));
    if (gone.length > 0) await client.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets: gone }));
  };
  const stopping = new AbortController();
  const following = (async () => {
    while (!stopping.signal.aborted) {
      await followWeights();
      for (const part of PARTS) await followPods(part);
      await sleep(200);
    }
  })();

  return {
    arns,
    targets,
    async weight(part) {
      const { Rules = [] } = await client.send(new DescribeRulesCommand({ ListenerArn }));
      const groups = Rules.flatMap(({ Actions = [] }) => Actions[0]?.ForwardConfig?.TargetGroups ?? []);
      return groups.find(({ TargetGroupArn }) => TargetGroupArn === arns[part])?.Weight;
    },
    async stop() {
      stopping.abort();
      await following;
      client.destroy();
    },
  };
}

/** That which every account has. The client of EC2 is no dependency: one question is asked by hand. */
async function defaultNetwork(
  endpoint: string,
): Promise<{ readonly subnets: readonly string[]; readonly vpc: string }> {
  const scope = `for-tests-only/20261130/${REGION}/ec2/aws4_request`;
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'Action=DescribeSubnets&Version=2016-11-15',
  });
  const text = await answer.text();
  const subnets = [...text.matchAll(/<subnetId>([^<]+)</g)].flatMap(([, id = '']) => id);
  return { subnets: subnets.slice(0, 2), vpc: /<vpcId>([^<]+)</.exec(text)?.[1] ?? '' };
}

function weightsIn(action: string | undefined, name: string): Readonly<Record<Part, number>> | undefined {
  if (action === undefined) return undefined;
  const groups = valueAt(JSON.parse(action), 'ForwardConfig', 'TargetGroups');
  const weightOf = (part: Part): number => {
    const all = Array.isArray(groups) ? (groups as readonly unknown[]) : [];
    return Number(
      valueAt(
        all.find((group) => valueAt(group, 'ServiceName') === `${name}-${part}`),
        'Weight',
      ) ?? 0,
    );
  };
  return { stable: weightOf('stable'), canary: weightOf('canary') };
}

interface Endpoints {
  readonly subsets?: readonly {
    readonly addresses?: readonly { readonly ip: string }[];
    readonly ports?: readonly { readonly port: number }[];
  }[];
}

function addressesIn(found: unknown): readonly string[] {
  const { subsets = [] } = found as Endpoints;
  return subsets.flatMap(({ addresses = [], ports = [] }) =>
    addresses.flatMap(({ ip }) => ports.map(({ port }) => `${ip}:${port}`)),
  );
}

function targetOf(address: string): { readonly Id: string; readonly Port: number } {
  const [Id = '', port = ''] = address.split(':');
  return { Id, Port: Number(port) };
}
