import { openStubServer, type StubAnswer } from '../clusters/api/stub-server.ts';
import type { Elb as ElbVector } from '../vectors/rollout-router-elb.ts';

/** What there is, fields as in the API. */
export type Elb = ElbVector & {
  /** By the ARN of their group. */
  readonly Targets?: Readonly<Record<string, readonly { readonly Id: string; readonly Port?: number }[]>>;
};

/** What stands in for the Elastic Load Balancing API: answers of its Query protocol, out of data. */
export interface ElbStub {
  /** For clients made in a test. */
  readonly client: { readonly endpoint: string; readonly maxAttempts: number };
  /** In order: what was asked, with its parameters, and whose key signed it, in which region. */
  readonly calls: readonly (Readonly<Record<string, string>> & { readonly by: string })[];
  /** Answers so from now on. */
  show(elb: Elb): void;
  close(): Promise<void>;
}

type Form = Readonly<Record<string, string>>;

export async function openElbStub(): Promise<ElbStub> {
  const calls: (Form & { by: string })[] = [];
  let elb: Elb = {};
  const server = await openStubServer(({ body, headers }) => {
    const { Version: _, ...form } = Object.fromEntries(new URLSearchParams(body));
    const [, key = '', region = ''] = /Credential=([^/]+)\/\d+\/([^/]+)/.exec(headers.authorization ?? '') ?? [];
    calls.push({ ...form, by: `${key} ${region}` });
    return answer(form, elb);
  });
  return {
    client: { endpoint: server.url, maxAttempts: 1 },
    calls,
    show: (next) => void (elb = next),
    close: () => server.close(),
  };
}

const XML = { 'content-type': 'text/xml' };

function answer(form: Form, elb: Elb): StubAnswer {
  const { Action: action = '' } = form;
  const failure = elb.fail?.[action];
  if (failure !== undefined) {
    const [code, message] = failure.split(': ');
    const body = `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
    return { status: 403, headers: XML, body };
  }
  const result = xmlOf(resultOf(action, form, elb));
  return { headers: XML, body: `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>` };
}

function resultOf(action: string, form: Form, elb: Elb): object {
  const { LoadBalancerArn, ListenerArn } = form;
  switch (action) {
    case 'DescribeLoadBalancers': {
      const from = Number(form['Marker'] ?? 0);
      const to = from + (elb.pageSize ?? Infinity);
      const all = elb.LoadBalancers ?? [];
      return { LoadBalancers: all.slice(from, to), ...(to < all.length && { NextMarker: String(to) }) };
    }
    case 'DescribeTargetGroups': {
      const all = elb.TargetGroups ?? [];
      return { TargetGroups: all.filter((group) => group.LoadBalancerArns?.includes(LoadBalancerArn ?? '')) };
    }
    case 'DescribeTags': {
      const arns = Object.entries(form).flatMap(([name, arn]) => (name.startsWith('ResourceArns') ? [arn] : []));
      const tagsOf = (arn: string) => Object.entries(elb.Tags?.[arn] ?? {}).map(([Key, Value]) => ({ Key, Value }));
      return { TagDescriptions: arns.map((arn) => ({ ResourceArn: arn, Tags: tagsOf(arn) })) };
    }
    case 'DescribeTargetHealth': {
      const targets = elb.Targets?.[form['TargetGroupArn'] ?? ''] ?? [];
      return { TargetHealthDescriptions: targets.map((Target) => ({ Target })) };
    }
    case 'DescribeListeners':
      return { Listeners: elb.Listeners?.filter((listener) => listener.LoadBalancerArn === LoadBalancerArn) };
    case 'DescribeRules':
      return { Rules: elb.Rules?.filter((rule) => rule.ListenerArn === ListenerArn) };
    default:
      throw new Error(`asked for ${action}`);
  }
}

function xmlOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((member) => `<member>${xmlOf(member)}</member>`).join('');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, field]) => `<${name}>${xmlOf(field)}</${name}>`)
    .join('');
}
