import { expect, test } from 'vitest';
import type { RolloutSpec } from '../../lib/model/rollout.ts';
import { validateRollout } from '../../lib/rollout/validate.ts';

const VALID: RolloutSpec = {
  selector: { matchLabels: { app: 'web' } },
  template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'web:1' }] } },
  strategy: { canary: {} },
};

interface Row {
  readonly name: string;
  /** What is not as in `VALID`; files may lack what API servers ask for. */
  readonly spec: object;
  readonly want: readonly string[];
}

/** What the vectors leave out; the answers are Argo's. */
const ROWS: readonly Row[] = [
  {
    name: 'a selector that Kubernetes cannot read',
    spec: {
      selector: {
        matchLabels: { 'a b': 'web' },
        matchExpressions: [
          { key: 'x/y/z', operator: 'In' },
          { key: 'app', operator: 'Near', values: ['-x'] },
        ],
      },
    },
    want: [
      "spec.selector.matchLabels: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      "spec.selector.matchExpressions[0].key: Invalid value: \"x/y/z\": a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
      'spec.selector.matchExpressions[1].operator: Invalid value: "Near": not a valid selector operator',
      "spec.selector.matchExpressions[1].values[0]: Invalid value: \"-x\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
      'spec.selector: Invalid value: {"matchLabels":{"a b":"web"},"matchExpressions":[{"key":"x/y/z","operator":"In"},{"key":"app","operator":"Near","values":["-x"]}]}: invalid label selector',
    ],
  },
  {
    name: 'labels and annotations of pods with wrong names',
    spec: {
      template: {
        metadata: { labels: { app: 'web', '/y': 'é' }, annotations: { 'UP/Case': 'any', 'no spaces': 'x' } },
        spec: { containers: [{ name: 'main', image: 'i' }] },
      },
    },
    want: [
      'spec.template.labels: Invalid value: "/y": prefix part must be non-empty',
      "spec.template.labels: Invalid value: \"é\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
      "spec.template.annotations: Invalid value: \"no spaces\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ],
  },
  {
    name: 'pods without a specification',
    spec: { template: { metadata: { labels: { app: 'web' } } } },
    want: ['spec.template.spec.containers: Required value'],
  },
  {
    name: 'containers of the same name, without an image, with a policy that nobody has',
    spec: {
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            { name: 'main', image: 'i' },
            { name: 'main', imagePullPolicy: 'Sometimes', terminationMessagePolicy: 'Never' },
          ],
        },
      },
    },
    want: [
      'spec.template.spec.containers[1].image: Required value',
      'spec.template.spec.containers[1].terminationMessagePolicy: Unsupported value: "Never": supported values: "File", "FallbackToLogsOnError"',
      'spec.template.spec.containers[1].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"',
      'spec.template.spec.containers[1].name: Duplicate value: "main"',
    ],
  },
  {
    name: 'names of containers that are no part of a domain name',
    spec: {
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            { name: 'a.b', image: 'i' },
            { name: 'Main', image: 'i' },
            { name: '', image: 'i' },
          ],
        },
      },
    },
    want: [
      'spec.template.spec.containers[0].name: Invalid value: "a.b": must not contain dots',
      "spec.template.spec.containers[1].name: Invalid value: \"Main\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      'spec.template.spec.containers[2].name: Required value',
    ],
  },
  {
    name: 'ports',
    spec: {
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            {
              name: 'main',
              image: 'i',
              ports: [
                { name: 'http', containerPort: 80 },
                { name: 'http', containerPort: 0 },
                { name: '-a--B', containerPort: 70000, protocol: 'ICMP' },
                { name: '1', containerPort: 1, hostPort: -1 },
              ],
            },
          ],
        },
      },
    },
    want: [
      'spec.template.spec.containers[0].ports[1].name: Duplicate value: "http"',
      'spec.template.spec.containers[0].ports[1].containerPort: Required value',
      'spec.template.spec.containers[0].ports[2].name: Invalid value: "-a--B": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
      'spec.template.spec.containers[0].ports[2].name: Invalid value: "-a--B": must not contain consecutive hyphens',
      'spec.template.spec.containers[0].ports[2].name: Invalid value: "-a--B": must not begin or end with a hyphen',
      'spec.template.spec.containers[0].ports[2].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
      'spec.template.spec.containers[0].ports[2].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
      'spec.template.spec.containers[0].ports[3].name: Invalid value: "1": must contain at least one letter (a-z)',
      'spec.template.spec.containers[0].ports[3].hostPort: Invalid value: -1: must be between 1 and 65535, inclusive',
    ],
  },
  {
    name: 'ports of the node that are taken twice',
    spec: {
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            { name: 'a', image: 'i', ports: [{ containerPort: 80, hostPort: 80 }] },
            { name: 'b', image: 'i', ports: [{ containerPort: 81, hostPort: 80 }] },
          ],
        },
      },
    },
    want: ['spec.template.spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//80"'],
  },
  {
    name: 'variables',
    spec: {
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            { name: 'main', image: 'i', env: [{ name: '' }, { name: '1A' }, { name: '..' }, { name: 'OK' }] },
          ],
        },
      },
    },
    want: [
      'spec.template.spec.containers[0].env[0].name: Required value',
      "spec.template.spec.containers[0].env[1].name: Invalid value: \"1A\": a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')",
      'spec.template.spec.containers[0].env[2].name: Invalid value: "..": must not be \'..\'',
    ],
  },
  {
    name: 'mounts and volumes',
    spec: {
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          volumes: [{ name: 'data' }, { name: 'data' }, { name: 'Big' }],
          containers: [
            {
              name: 'main',
              image: 'i',
              volumeMounts: [
                { name: 'data', mountPath: '/a' },
                { name: 'Big', mountPath: '/a' },
                { name: 'none', mountPath: '' },
              ],
            },
          ],
        },
      },
    },
    want: [
      'spec.template.spec.volumes[1].name: Duplicate value: "data"',
      "spec.template.spec.volumes[2].name: Invalid value: \"Big\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      'spec.template.spec.containers[0].volumeMounts[1].name: Not found: "Big"',
      'spec.template.spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/a": must be unique',
      'spec.template.spec.containers[0].volumeMounts[2].name: Not found: "none"',
      'spec.template.spec.containers[0].volumeMounts[2].mountPath: Required value',
    ],
  },
  {
    name: 'containers that run first',
    spec: {
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [], initContainers: [{ name: 'first' }, { name: 'first', image: 'i' }] },
      },
    },
    want: [
      'spec.template.spec.containers: Required value',
      'spec.template.spec.initContainers[0].image: Required value',
      'spec.template.spec.initContainers[1].name: Duplicate value: "first"',
    ],
  },
  {
    name: 'pods that end',
    spec: {
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { restartPolicy: 'Sometimes', activeDeadlineSeconds: 0, containers: [{ name: 'main', image: 'i' }] },
      },
    },
    want: [
      'spec.template.spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
      'spec.template.spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive',
      'spec.template.spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always"',
      'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported',
    ],
  },
  {
    name: 'a surge that is no number is none',
    spec: { strategy: { canary: { maxSurge: 'ten', maxUnavailable: '0%' } } },
    want: ['spec.strategy.maxSurge: Invalid value: "ten": MaxSurge and MaxUnavailable both can not be zero'],
  },
  {
    name: 'services that take turns, with a router that does not know it',
    spec: { strategy: { canary: { pingPong: { pingService: 'a', pongService: 'a' }, trafficRouting: { smi: {} } } } },
    want: [
      'spec.strategy.trafficRouting.alb: Invalid value: null: Ping-pong feature works with the ALB, Istio, and plugin-based traffic routers only',
      'spec.strategy.pingPong.pingService: Invalid value: "a": This rollout uses the same service for the ping and pong services, but two different services are required.',
      'spec.strategy.stableService: Invalid value: "": Canary service and Stable service must to be set to use Traffic Routing',
      'spec.strategy.canaryService: Invalid value: "": Canary service and Stable service must to be set to use Traffic Routing',
    ],
  },
  {
    name: 'services that take turns behind a load balancer without a root',
    spec: {
      strategy: {
        canary: {
          pingPong: { pingService: '', pongService: 'b' },
          trafficRouting: { alb: { ingress: 'i', servicePort: 80 } },
        },
      },
    },
    want: [
      'spec.strategy.pingPong.pingService: Invalid value: "": Ping service and Pong service must to be set to use Ping-Pong feature',
      'spec.strategy.trafficRouting.alb.rootService: Invalid value: "": Root service field is required for the configuration with ALB and ping-pong feature enabled',
    ],
  },
  {
    name: 'Istio with subsets does without services',
    spec: {
      strategy: {
        canary: {
          trafficRouting: { istio: { destinationRule: { name: 'd', canarySubsetName: 'c', stableSubsetName: 's' } } },
        },
      },
    },
    want: [],
  },
  {
    name: 'another maximum of weight than NGINX and plugins know',
    spec: {
      strategy: {
        canary: {
          stableService: 's',
          canaryService: 'c',
          steps: [{ setWeight: 150 }, { setWeight: 201 }],
          trafficRouting: { traefik: { weightedTraefikServiceName: 't' }, maxTrafficWeight: 200 },
        },
      },
    },
    want: [
      'spec.strategy.trafficRouting.maxTrafficWeight: Invalid value: 200: Canary maxTrafficWeight in traffic routing only supported in Nginx and Plugins',
      'spec.strategy.steps[1].setWeight: Invalid value: 201: SetWeight needs to be between 0 and 200',
    ],
  },
  {
    name: 'pauses that cannot be read',
    spec: {
      strategy: {
        canary: {
          steps: [
            { pause: { duration: '1h30m' } },
            { pause: { duration: 'soon' } },
            { pause: { duration: '-5s' } },
            { pause: { duration: '99999999999' } },
          ],
        },
      },
    },
    want: [
      'spec.strategy.steps[1].pause.duration: Invalid value: -1: Duration needs to be greater than 0',
      'spec.strategy.steps[2].pause.duration: Invalid value: -5: Duration needs to be greater than 0',
      'spec.strategy.steps[3].pause.duration: Invalid value: -1: Duration needs to be greater than 0',
    ],
  },
  {
    name: 'routes without a router',
    spec: {
      strategy: {
        canary: {
          steps: [
            { setHeaderRoute: { name: 'h', match: [{ headerName: 'H' }] } },
            {
              setMirrorRoute: {
                name: 'm',
                percentage: 5,
                match: [{ method: { exact: 'GET', prefix: 'P' }, headers: { b: { exact: '' }, a: { regex: '<' } } }],
              },
            },
          ],
        },
      },
    },
    want: [
      'spec.strategy.steps[0].setHeaderRoute: Invalid value: {"name":"h","match":[{"headerName":"H","headerValue":null}]}: SetHeaderRoute requires TrafficRouting, supports Istio and ALB and Apisix',
      'spec.strategy.steps[1].setMirrorRoute: Invalid value: {"name":"m","match":[{"method":{"exact":"GET","prefix":"P"},"headers":{"a":{"regex":"\\u003c"},"b":{}}}],"percentage":5}: SetMirrorRoute requires TrafficRouting, supports Istio and Plugins',
      'spec.strategy.steps[1].setMirrorRoute.match[0]: Invalid value: {"exact":"GET","prefix":"P"}: StringMatch match value must have exactly one of the following: exact, regex, prefix',
      'spec.strategy.steps[1].setMirrorRoute.match[0]: Invalid value: {"exact":"GET","prefix":"P"}: StringMatch match value must have exactly one of the following: exact, regex, prefix',
    ],
  },
  {
    name: 'a load balancer knows whole values alone',
    spec: {
      strategy: {
        canary: {
          stableService: 's',
          canaryService: 'c',
          steps: [
            {
              setHeaderRoute: {
                name: 'h',
                match: [{ headerName: 'H', headerValue: { prefix: 'x' } }, { headerName: 'H' }],
              },
            },
          ],
          trafficRouting: { alb: { ingress: 'i', servicePort: 80 }, managedRoutes: [{ name: 'other' }] },
        },
      },
    },
    want: [
      'spec.strategy.steps[0].setHeaderRoute.match[0]: Invalid value: {"prefix":"x"}: SetHeaderRoute match value invalid. ALB supports \'exact\' value only',
      'spec.strategy.steps[0].setHeaderRoute.match[1]: Invalid value: null: StringMatch value missed, match value must have one of the following: exact, regex, prefix',
      'spec.strategy.steps[0].setHeaderRoute: Invalid value: "h": Steps define a route that does not exist in spec.strategy.canary.trafficRouting.managedRoutes',
    ],
  },
  {
    name: 'weights of experiments with a router that has none for them',
    spec: {
      strategy: {
        canary: {
          stableService: 's',
          canaryService: 'c',
          steps: [{ experiment: { templates: [{ name: 't', specRef: 'canary', weight: 5 }] } }],
          trafficRouting: { nginx: { stableIngress: 'i' } },
        },
      },
    },
    want: [
      'spec.strategy.steps[0].experiment.templates[0].weight: Invalid value: 5: Experiment template weight is only available for TrafficRouting with SMI, ALB, Istio and Plugins at this time',
    ],
  },
  {
    name: 'arguments from metadata that there is not',
    spec: {
      strategy: {
        canary: {
          steps: [
            {
              analysis: {
                templates: [{ templateName: 't' }],
                args: [
                  { name: 'a', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
                  { name: 'b', valueFrom: { fieldRef: { fieldPath: 'metadata.generation' } } },
                ],
              },
            },
          ],
        },
      },
    },
    want: [
      'spec.strategy.steps[0].analyses: Invalid value: [{"name":"a","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels[\'app\']"}}},{"name":"b","valueFrom":{"fieldRef":{"fieldPath":"metadata.generation"}}}]: Analyses arguments must refer to valid object metadata supported by downwardAPI',
    ],
  },
];

test.each(ROWS)('$name', ({ spec, want }) => {
  expect(validateRollout(aRollout({ ...VALID, ...spec }))).toEqual(want);
});

test('a template beside a reference to one is refused until it is that one', () => {
  const rollout = aRollout({ ...VALID, workloadRef: { kind: 'Deployment', name: 'web' } });
  expect(validateRollout(rollout)).toEqual([]);
  const both = 'spec.template: Internal error: template must be empty for workload reference rollout';
  expect(validateRollout(rollout, false)).toEqual([both]);
});

function aRollout(spec: RolloutSpec) {
  const metadata = { name: 'web', namespace: 'default' };
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata, spec } as const;
}
