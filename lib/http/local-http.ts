import { openHttp, type Http } from './open-http.ts';

/**
 * The way out of this process on its user's own machine: private networks and loopback are open, where analyses are
 * tried out; link-local addresses and the metadata services of clouds are not.
 */
export function openLocalHttp(): Http {
  return openHttp({ privateNetworks: 'allow', allow: ['127.0.0.0/8', '::1'] });
}
