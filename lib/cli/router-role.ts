import { stringify } from 'yaml';
import { routerRoleName, routerVerbs } from '../doctor/needed-access.ts';
import type { ClusterRouters } from '../model/cluster-routers.ts';
import type { RouterName } from '../model/router-rows.ts';

/** The ClusterRole of a traffic router, bound to the service account of Assay: YAML, as the files of infra/cluster are. */
export function routerRole(router: RouterName, routers: ClusterRouters): string {
  const name = routerRoleName(router);
  const byResource = Object.groupBy(routerVerbs(router, { routers }), ({ group, resource }) => `${resource}.${group}`);
  const rules = Object.values(byResource).flatMap((needed = []) => {
    const [first] = needed;
    if (!first) return [];
    return { apiGroups: [first.group], resources: [first.resource], verbs: needed.map(({ verb }) => verb) };
  });
  const role = { kind: 'ClusterRole', metadata: { name }, rules };
  const binding = {
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name: 'assay', namespace: 'assay-system' }],
  };
  return [role, binding]
    .map((object) => stringify({ apiVersion: 'rbac.authorization.k8s.io/v1', ...object }))
    .join('---\n');
}
