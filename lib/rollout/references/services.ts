import { quote } from '../../expression/go/strconv.ts';
import { POD_HASH_LABEL } from '../../model/labels.ts';
import type { Rollout } from '../../model/rollout.ts';
import type { NamedService } from '../../model/rollout-services.ts';
import type { SeenRollout } from '../seen.ts';
import { MANAGED_BY_ANNOTATION } from '../switch-service.ts';
import { invalid } from '../validation/field-error.ts';

export function findMissingService({ path, name }: NamedService, { services }: SeenRollout): string | undefined {
  return services.has(name) ? undefined : invalid(path, name, `service ${quote(name)} not found`);
}

/**
 * A Service must select pods of the Rollout, and belong to no other one.
 * @source ValidateService in pkg/apis/rollouts/validation/validation_references.go of argoproj/argo-rollouts
 */
export function checkService(
  { path, name }: NamedService,
  { metadata, spec }: Rollout,
  { services }: SeenRollout,
): string | undefined {
  const service = services.get(name);
  const labels = spec.template?.metadata?.labels ?? {};
  const foreign = Object.entries(service?.spec?.selector ?? {}).find(([label, value]) => {
    return label !== POD_HASH_LABEL && labels[label] !== value;
  });
  if (foreign) {
    return invalid(path, name, `Service ${quote(name)} has unmatch label ${quote(foreign[0])} in rollout`);
  }
  const manager = service?.metadata.annotations?.[MANAGED_BY_ANNOTATION];
  if (manager === undefined || manager === metadata.name) return undefined;
  return invalid(path, name, `Service ${quote(name)} is managed by another Rollout`);
}
