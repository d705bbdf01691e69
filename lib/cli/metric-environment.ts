import type { ProviderSettings } from '../model/provider.ts';

/** What Argo's controller reads of its environment for metrics; whatever else is there is no business of theirs. */
const NAMES = [
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_CLOUDWATCH',
  'DD_ADDRESS',
  'DD_API_KEY',
  'DD_APP_KEY',
  'NEW_RELIC_NERDGRAPH_BASE_URL',
];

/** The settings of metrics that the environment of a process has. */
export function metricEnvironment(env: Readonly<Record<string, string | undefined>>): ProviderSettings {
  const awsRegion = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'];
  const given = NAMES.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return { environment: Object.fromEntries(given), ...(awsRegion !== undefined && { awsRegion }) };
}
