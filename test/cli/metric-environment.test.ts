import { expect, test } from 'vitest';
import { metricEnvironment } from '../../lib/cli/metric-environment.ts';

test('metrics get the variables that are meant for them, and no others', () => {
  const env = {
    DD_API_KEY: 'a',
    DD_APP_KEY: undefined,
    AWS_SECRET_ACCESS_KEY: 's',
    PATH: '/bin',
    AWS_REGION: 'eu-west-1',
  };
  expect(metricEnvironment(env)).toEqual({ environment: { DD_API_KEY: 'a' }, awsRegion: 'eu-west-1' });
});

test.each([
  { env: { AWS_DEFAULT_REGION: 'us-west-2' }, want: 'us-west-2' },
  { env: { AWS_DEFAULT_REGION: 'us-west-2', AWS_REGION: 'eu-west-1' }, want: 'eu-west-1' },
  { env: {}, want: undefined },
])('the region of $env is $want', ({ env, want }) => {
  expect(metricEnvironment(env).awsRegion).toBe(want);
});
