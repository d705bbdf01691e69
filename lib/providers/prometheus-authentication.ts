import type { Authentication } from '../model/authentication.ts';
import { AssayError } from '../model/errors.ts';
import type { HttpRequest } from '../model/http.ts';
import type { ProviderContext } from '../model/provider.ts';
import type { PrometheusMetric } from '../model/providers/prometheus.ts';
import { signRequest } from './aws-signature.ts';
import type { Preparation } from './oauth2.ts';

/**
 * The basic-authentication part of a metric, as a header; undefined where there is none.
 * @throws AssayError ASSAY_METRIC_INVALID when it is incomplete
 */
export function readBasicAuth({ basicAuth }: Authentication = {}): string | undefined {
  const { username = '', password = '' } = basicAuth ?? {};
  if (username === '' && password === '') return undefined;
  const missing = username === '' ? 'username' : password === '' ? 'password' : undefined;
  if (missing !== undefined) {
    throw invalid(`missing mandatory parameter in metric for basic auth setup: ${missing}`);
  }
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

/**
 * What every request for a metric carries, in the order in which Argo's client puts it on: a signature (for Amazon's
 * servers only), basic authentication where nothing else authorizes, then the metric's own headers, which replace
 * whatever was there.
 *
 * @throws AssayError ASSAY_METRIC_INVALID where a signature is asked for that cannot be made
 */
export function preparationOf(
  spec: PrometheusMetric,
  address: URL,
  basicAuth: string | undefined,
  context: ProviderContext,
): Preparation {
  const own = (spec.headers ?? []).map(({ key, value }) => [key, value] as const);
  const sign = signerOf(spec, address, context);
  return {
    variant: [own, basicAuth ?? '', sign ? spec.authentication?.sigv4 : ''],
    async prepare(request) {
      const signed = sign ? await sign(request) : request;
      const headers = [...(signed.headers ?? [])];
      const isAuthorized = headers.some(([name]) => name.toLowerCase() === 'authorization');
      if (basicAuth !== undefined && !isAuthorized) headers.push(['Authorization', basicAuth]);
      return { ...signed, headers: [...headers, ...own] };
    },
  };
}

const AMAZONS = 'https://aps-workspaces.<region>.amazonaws.com';
const AMAZONS_HOST = /^aps-workspaces(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/;

/** Whoever gets a signed request can use its session for some minutes: it goes to Amazon's own servers alone. */
function isAmazons({ protocol, hostname, port }: URL): boolean {
  return protocol === 'https:' && port === '' && AMAZONS_HOST.test(hostname);
}

type Sign = (request: HttpRequest) => Promise<HttpRequest>;

function signerOf({ authentication }: PrometheusMetric, address: URL, context: ProviderContext) {
  const { region = '', profile = '', roleArn = '' } = authentication?.sigv4 ?? {};
  if (region + profile + roleArn === '' || !address.href.includes('aps-workspaces')) return undefined;
  if (!isAmazons(address)) {
    throw invalid(
      `requests are signed only for ${AMAZONS}, and "${address.host}" is none: mend the address, or leave out sigv4`,
    );
  }
  const { awsCredentials } = context;
  if (!awsCredentials) throw invalid('could not get SigV4 credentials: the settings of the cluster give none');
  if (region === '') throw invalid('region not configured in sigv4 or in default credentials chain');
  const identity = { region, ...(profile !== '' && { profile }), ...(roleArn !== '' && { roleArn }) };
  // As github.com/prometheus/sigv4 does it: before the metric's own headers.
  const sign: Sign = async (request) =>
    signRequest(request, { service: 'aps', region, date: context.now() }, await awsCredentials(identity));
  return sign;
}

function invalid(message: string): AssayError {
  return new AssayError('ASSAY_METRIC_INVALID', message);
}
