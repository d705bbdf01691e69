import { Option } from 'commander';
import { type ClusterRouters, parseClusterRouter } from '../model/cluster-routers.ts';
import { ROUTER_NAMES } from '../model/router-rows.ts';
import { InputError } from './input-error.ts';

/** `--router istio=networking.istio.io/v1`, as often as there are routers; in the options: `ClusterRouters`. */
export function routerOption(description: string): Option {
  return new Option(
    '--router <name[=version]>',
    `${description}: ${ROUTER_NAMES.join(', ')}; with =group/version where its API is not the usual one; may be repeated`,
  )
    .argParser(collect)
    .default({}, 'none');
}

function collect(text: string, before: ClusterRouters): ClusterRouters {
  const given = parseClusterRouter(text);
  if ('problem' in given) throw new InputError(`--router: expected ${given.problem}, got "${text}"`);
  return { ...before, ...given };
}
