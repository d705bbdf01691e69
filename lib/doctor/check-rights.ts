import type { AddressMode } from '../clusters/api/addresses.ts';
import type { Access, Identity, Inspection } from '../clusters/api/inspect.ts';
import { factsFor } from '../kinds/facts/registry.ts';
import type { CheckResult } from './check-result.ts';
import { neededVerbs } from './needed-access.ts';

export interface RightsOptions {
  readonly identity: Identity | undefined;
  /** Of the settings: rights are asked for there alone. */
  readonly namespace?: string | undefined;
  readonly addressMode: AddressMode;
  /** Whether Rollouts are looked after too. */
  readonly rollouts?: boolean | undefined;
}

/** Asks verb by verb whether the server allows what Assay does; one result a verb. */
export async function checkRights(inspection: Inspection, options: RightsOptions): Promise<CheckResult[]> {
  const needed = neededVerbs({ ...options, facts: factsFor({ rollouts: options.rollouts === true }) });
  const everywhere = new Set(neededVerbs(options).map(subjectOf));
  return Promise.all(
    needed.map(async ({ without, ...access }): Promise<CheckResult> => {
      const about = { area: 'rights', subject: subjectOf(access) } as const;
      if (await inspection.mayI(access)) return { ...about, status: 'ok', message: 'allowed' };
      const role = everywhere.has(subjectOf(access)) ? 'assay' : 'assay-rollouts';
      const mend = mendOf(access, role, options);
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

function mendOf({ namespace }: Access, role: string, { identity }: RightsOptions): string {
  const bind = `bind the ClusterRole ${role} to ${identity?.username ?? 'the identity of Assay'}`;
  const kind =
    namespace === undefined ? `clusterrolebinding ${role}-outside` : `rolebinding ${role}-outside -n ${namespace}`;
  const command = `kubectl create ${kind} --clusterrole=${role} ${subjectFlag(identity)}`;
  const file = role === 'assay' ? 'rbac.yaml (`assay manifests`)' : 'rbac-rollouts.yaml (`assay manifests --rollouts`)';
  return `Apply infra/cluster/${file} and ${bind}: ${command}`;
}

function subjectFlag(identity: Identity | undefined): string {
  const username = identity?.username ?? 'NAME';
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(username);
  return account ? `--serviceaccount=${account[1]}:${account[2]}` : `--user=${username}`;
}
