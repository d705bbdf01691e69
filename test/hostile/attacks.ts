import type { AnalysisRunSpec, AnalysisRunStatus, Metric } from '../../lib/model/analysis-run.ts';
import { BYSTANDERS } from './any-object.ts';

/** Runs that one tenant makes to the harm of others, were it not for what each says. */
export interface Attack {
  readonly name: string;
  readonly runs: readonly { readonly spec: AnalysisRunSpec; readonly status?: AnalysisRunStatus }[];
}

const begun = { phase: 'Running', startedAt: '2026-11-05T09:59:00Z' } as const;
const ODD_OFFSETS = ['+99:99', '-24:00'];

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/**
 * What has been tried, each with what it aims at.
 *
 * @param url  of a server of the tenant's: `/hang` never answers, `/page` and `/text` are of nearly a mebibyte, `/away` redirects
 */
export function attacks(url: string): readonly Attack[] {
  const web = (more: Partial<Metric> = {}, path = '/', request: object = {}): Metric => ({
    name: 'm',
    interval: '1s',
    provider: { web: { url: `${url}${path}`, ...request } },
    ...more,
  });
  const spread = (size: number, tags: number) => ({
    args: [{ name: 'a', value: 'x'.repeat(size) }],
    metrics: [web({}, '/', { method: 'POST', body: '{{args.a}}'.repeat(tags) })],
  });
  return [
    {
      name: 'memory: an argument that is put in tens of thousands of times',
      runs: [{ spec: spread(500_000, 50_000), status: begun }, { spec: spread(900_000, 300) }],
    },
    {
      name: 'the timer queue: times with offsets that do not exist',
      runs: ODD_OFFSETS.flatMap((offset) => {
        const odd = `2026-11-05T10:00:00${offset}`;
        const measurement = (moments: object) => ({
          spec: { metrics: [web()] },
          status: {
            ...begun,
            metricResults: [
              { name: 'm', phase: 'Running' as const, measurements: [{ phase: 'Running' as const, ...moments }] },
            ],
          },
        });
        return [
          measurement({ startedAt: begun.startedAt, finishedAt: odd }),
          measurement({ startedAt: begun.startedAt, resumeAt: odd }),
          measurement({ startedAt: odd }),
          {
            spec: { metrics: [web()], ttlStrategy: { secondsAfterCompletion: 5 } },
            status: { phase: 'Successful' as const, startedAt: begun.startedAt, completedAt: odd },
          },
        ];
      }),
    },
    {
      name: 'the processor: conditions on long texts',
      runs: [
        'result[#:] == ""',
        'result[:#] == ""',
        'len(result) == 0',
        'result[-1] == 0',
        'result > result + "a"',
      ].map((condition) => ({
        spec: { metrics: [web({ successCondition: `any(1..100000, {${condition}})` }, '/page')] },
      })),
    },
    {
      name: 'the processor: specifications that are large to look at',
      runs: [
        {
          spec: {
            metrics: times(2000, (i) => web({ name: `m${i}` })),
            dryRun: times(8000, (i) => ({ metricName: `(m|x${i})+` })),
          },
          status: begun,
        },
        { spec: { metrics: [web()], dryRun: times(20, () => ({ metricName: '(a|b)*'.repeat(8000) })) }, status: begun },
        {
          spec: {
            metrics: [web({ successCondition: '{{args.a1}}' })],
            args: times(5000, (i) => ({ name: `a${i}`, value: 'v' })),
          },
          status: begun,
        },
        { spec: { metrics: [web({ count: '9'.repeat(1_300_000) })] }, status: begun },
        { spec: { metrics: times(100, (i) => web({ name: `m${i}`, interval: '1s'.repeat(5000) })) }, status: begun },
      ],
    },
    {
      name: 'the places of a cluster: requests that are never answered',
      runs: times(64, () => ({ spec: { metrics: [web({}, '/hang', { timeoutSeconds: 2_000_000 })] } })),
    },
    {
      name: 'the resolver: names that are nowhere',
      runs: times(64, (i) => ({
        spec: { metrics: [{ ...web(), provider: { web: { url: `http://slow${i}.tenant.example/` } } }] },
      })),
    },
    {
      name: 'the size of objects: answers of a mebibyte, ten of them kept',
      runs: times(3, () => ({ spec: { metrics: times(5, (i) => web({ name: `m${i}` }, '/text')) } })),
    },
    {
      name: 'the API server: intervals of next to nothing',
      runs: ['1ns', '0s', '-1s'].flatMap((interval) => times(15, () => ({ spec: { metrics: [web({ interval })] } }))),
    },
    {
      name: 'the API server: Jobs that ask to be looked at again and again',
      runs: times(3, () => ({
        spec: { metrics: [{ name: 'm', provider: { job: { spec: { template: { spec: { containers: [] } } } } } }] },
      })) as Attack['runs'],
    },
    {
      name: 'credentials: addresses that look like those of managed services, and redirects elsewhere',
      runs: [
        {
          spec: {
            metrics: [
              {
                name: 'm',
                provider: {
                  prometheus: {
                    address: `${url}/aps-workspaces`,
                    query: 'x',
                    authentication: { sigv4: { region: 'eu-west-1', roleArn: 'arn:aws:iam::111122223333:role/any' } },
                  },
                },
              },
            ],
          },
        },
        { spec: { metrics: [web({}, '/away', { headers: [{ key: 'X-Vault', value: 'SEC' }] })] } },
      ],
    },
    {
      name: 'others’ Services and Jobs: addresses within the cluster, and Jobs that a status names',
      runs: [
        ...[
          'http://x.kube-system.svc/',
          'https://kubernetes.default.svc/api/v1/secrets',
          'http://a.shop.svc/..%2f..',
        ].map((address) => ({ spec: { metrics: [{ ...web(), provider: { web: { url: address } } }] } })),
        {
          spec: {
            terminate: true,
            metrics: [{ name: 'm', provider: { job: { spec: { template: { spec: { containers: [] } } } } } }],
          },
          status: {
            ...begun,
            metricResults: [
              {
                name: 'm',
                phase: 'Running',
                measurements: [
                  { phase: 'Running', startedAt: begun.startedAt, metadata: { 'job-name': BYSTANDERS.job } },
                ],
              },
            ],
          },
        },
      ],
    },
  ];
}
