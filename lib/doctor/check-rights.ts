import type { AddressMode } from '../clusters/api/addresses.ts';
import type { Access, Identity, Inspection } from '../clusters/api/inspect.ts';
import { factsFor } from '../kinds/facts/registry.ts';
import type { CheckResult } from './check-result.ts';
import { type ClusterRouters, routerNamesOf } from '../model/cluster-routers.ts';
import { neededVerbs, routerRoleName, routerVerbs } from './needed-access.ts';

export interface RightsOptions {
  readonly identity: Identity | undefined;
  /** Of the settings: rights are asked for there alone. */
  readonly namespace?: string | undefined;
  readonly addressMode: AddressMode;
  /** Whether Rollouts are looked after too. */
  readonly rollouts?: boolean | undefined;
  /** The traffic routers of these. */
  readonly routers?: ClusterRouters | undefined;
}

/** Asks verb by verb whether the server allows what Assay does; one result a verb. */
export async function checkRights(inspection: Inspection, options: RightsOptions): Promise<CheckResult[]> {
  const { rollouts = false } = options;
  const routers = rollouts ? options.routers : undefined;
  const needed = neededVerbs({ ...options, facts: factsFor({ rollouts }), routers });
  const roleOf = roleFinder({ ...options, routers });
  return Promise.all(
    needed.map(async ({ without, ...access }): Promise<CheckResult> => {
      const about = { area: 'rights', subject: subjectOf(access) } as const;
      if (await inspection.mayI(access)) return { ...about, status: 'ok', message: 'allowed' };
      const mend = mendOf(access, roleOf(access), options);
      if (without === undefined) return { ...about, status: 'fail', message: 'not allowed', mend };
      return { ...about, status: 'warn', message: `not allowed: ${without}`, mend };
    }),
  );
}

/** `create jobs.batch`, as `kubectl auth can-i` takes it. */
export function subjectOf({ verb, group, resource }: Access): string {
  const [plural, subresource] = resource.split('/');
  const name = group === '' ? plural : `${plural}.${group}`;
  return `${verb} ${name}${subresource === undefined ? '' : `/${subresource}`}`;
}

/** A role, and what brings it. */
interface Role {
  readonly name: string;
  readonly from: string;
}

/** Says which role allows something; what several do, the first. */
function roleFinder(options: RightsOptions): (access: Access) => Role {
  const { routers, ...others } = options;
  const roles = [
    { name: 'assay', from: 'infra/cluster/rbac.yaml (`assay manifests`)', verbs: neededVerbs(others) },
    {
      name: 'assay-rollouts',
      from: 'infra/cluster/rbac-rollouts.yaml (`assay manifests --rollouts`)',
      verbs: neededVerbs({ ...others, facts: factsFor({ rollouts: true }) }),
    },
    ...routerNamesOf(routers).map((name) => ({
      name: routerRoleName(name),
      from: `what \`assay manifests --rollouts --router ${name}\` prints`,
      verbs: routerVerbs(name, options),
    })),
  ].map(({ verbs, ...role }) => ({ role, subjects: new Set(verbs.map(subjectOf)) }));
  return (access) => {
    const found = roles.find(({ subjects }) => subjects.has(subjectOf(access)));
    if (found) return found.role;
    throw new RangeError(`no role allows ${subjectOf(access)}`);
  };
}

function mendOf({ namespace }: Access, { name: role, from }: Role, { identity }: RightsOptions): string {
  const bind = `bind the ClusterRole ${role} to ${identity?.username ?? 'the identity of Assay'}`;
  const kind =
    namespace === undefined ? `clusterrolebinding ${role}-outside` : `rolebinding ${role}-outside -n ${namespace}`;
  const command = `kubectl create ${kind} --clusterrole=${role} ${subjectFlag(identity)}`;
  return `Apply ${from} and ${bind}: ${command}`;
}

function subjectFlag(identity: Identity | undefined): string {
  const username = identity?.username ?? 'NAME';
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(username);
  return account ? `--serviceaccount=${account[1]}:${account[2]}` : `--user=${username}`;
}
