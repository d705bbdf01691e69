import { isEmpty } from '../../model/empty.ts';
import type { TrafficRouting } from '../../model/traffic-routing.ts';

/** Whether traffic is routed by one of these. An empty list of plugins is none. */
export function isRoutedByAny(routing: TrafficRouting, routers: readonly (keyof TrafficRouting)[]): boolean {
  return routers.some((router) => (router === 'plugins' ? !isEmpty(routing.plugins) : routing[router] !== undefined));
}
