import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { CLUSTER_NAME } from '../../lib/cli/manifests.ts';
import { ROUTER_ROWS, type RouterRow } from '../../lib/model/router-rows.ts';

/** Something of Kubernetes that goes into its object as it stands; the API server checks it. */
const anObject = (description: string, byDefault: Readonly<Record<string, unknown>> = {}) =>
  z.looseObject({}).default(byDefault).describe(description);
const objects = (description: string) => z.array(z.looseObject({})).default([]).describe(description);
const flag = (byDefault: boolean, description: string) => z.boolean().default(byDefault).describe(description);
const text = (description: string, pattern?: RegExp) =>
  (pattern ? z.string().regex(new RegExp(`^$|${pattern.source}`)) : z.string()).default('').describe(description);
const texts = (description: string, pattern = /./) =>
  z.array(z.string().regex(pattern)).default([]).describe(description);
const annotations = (description: string) => z.record(z.string(), z.string()).default({}).describe(description);

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const NETWORK = /^[0-9A-Fa-f.:]+\/\d{1,3}$/;
const FILE = /^[-._a-zA-Z0-9]+$/;

interface Deployment {
  readonly spec: {
    readonly replicas: number;
    readonly template: {
      readonly spec: { readonly containers: readonly { readonly resources: Record<string, unknown> }[] };
    };
  };
}

/** What `assay manifests` prints of the webhook is what the chart has as default. */
const [webhook] = parseAllDocuments(
  readFileSync(new URL('../cluster/webhook-deployment.yaml', import.meta.url), 'utf8'),
).map((document) => document.toJS() as Deployment);

const placement = {
  nodeSelector: annotations('Labels of the nodes that the pods may run on.'),
  tolerations: objects('Taints that the pods tolerate.'),
  affinity: anObject('Affinity of the pods.'),
  priorityClassName: text('PriorityClass of the pods.', NAME),
  podLabels: annotations('More labels of the pods.'),
  podAnnotations: annotations('Annotations of the pods.'),
  env: objects('More environment of the container, such as `NODE_EXTRA_CA_CERTS` or `HTTPS_PROXY`.'),
  volumes: objects('More volumes of the pods, such as those with certificate authorities.'),
  volumeMounts: objects('Where the container has them.'),
};

const router = ({ apiVersions }: RouterRow) =>
  z
    .strictObject({
      apiVersion: z.enum(apiVersions).exactOptional().describe('Version of its API (default: the first).'),
    })
    .exactOptional()
    .describe('Rights for what this router reads and writes; `{}` where its API is the usual one.');
const routers = Object.fromEntries(Object.entries<RouterRow>(ROUTER_ROWS).map(([name, row]) => [name, router(row)]));

/** The values of the chart: what each means, what it may be, and what it is where nobody says. */
export const CHART_VALUES = z.strictObject({
  cluster: z
    .string()
    .regex(CLUSTER_NAME)
    .default('in-cluster')
    .describe('What Assay calls this cluster. `assay serve` in a pod calls its own `in-cluster`.'),
  watchNamespace: text('Look after this namespace only; rights are given there alone. Empty: all.', NAME),
  image: z
    .strictObject({
      repository: z.string().min(1).default('assay').describe('Where the image is, without its tag.'),
      tag: text('Tag of the image. Empty: the version of the chart.', /^[\w][\w.-]{0,127}$/),
      digest: text('Digest of the image, `sha256:…`; it counts more than the tag.', /^sha256:[0-9a-f]{64}$/),
      pullPolicy: z
        .enum(['', 'Always', 'IfNotPresent', 'Never'])
        .default('')
        .describe('When nodes fetch it. Empty: as Kubernetes has it.'),
    })
    .describe('The one image of `assay serve` and the webhook.'),
  imagePullSecrets: objects('Secrets to fetch the image with: `[{ name: … }]`.'),
  rbac: z
    .strictObject({
      create: flag(
        true,
        'Give Assay its rights in this cluster: the ClusterRole `assay`, bound to its service account.',
      ),
      jobs: flag(true, 'Rights for metrics that are Jobs.'),
      experiments: flag(true, 'Rights for Experiments: their ReplicaSets, Services and analyses.'),
      schedules: flag(true, 'Rights for scheduled templates.'),
      secrets: flag(true, 'Leave to read Secrets by their names, for arguments of runs and keys of metric sources.'),
      events: flag(true, 'Leave to write Kubernetes Events.'),
      serviceProxy: flag(
        false,
        'Leave to reach Services through the API server: for metrics of an Assay that is outside of this cluster.',
      ),
    })
    .describe('Rights, feature by feature; Rollouts bring theirs along.'),
  rollouts: z
    .strictObject({
      enabled: flag(false, 'Look after Rollouts too, where no controller of Argo Rollouts does.'),
      routers: z.strictObject(routers).default({}).describe('Their traffic routers: `{ istio: {} }`.'),
    })
    .describe('Rollouts, canary and blue-green, without a controller of Argo’s.'),
  serve: z
    .strictObject({
      enabled: flag(true, 'Run `assay serve` in this cluster.'),
      replicas: z
        .int()
        .min(1)
        .max(2)
        .default(1)
        .describe('Pods. With two of them both act, and who wins a write goes on: sources are asked twice.'),
      clusters: z
        .strictObject({
          secretName: text('Secret with kubeconfigs. Empty: this cluster is served, as the service account.', NAME),
          keys: z
            .array(z.string().regex(FILE))
            .min(1)
            .default(['kubeconfig'])
            .describe('Its keys, each a kubeconfig; they are merged as kubectl does.'),
          contexts: texts('Contexts of them: each is a cluster to serve.'),
        })
        .describe('Other clusters than its own.'),
      selector: text('Serve only AnalysisRuns and Experiments with these labels.'),
      instanceId: text('Serve what carries this controller instance id. Empty: what carries none.'),
      serviceAddresses: z
        .enum(['', 'direct', 'proxy', 'deny'])
        .default('')
        .describe('How `<service>.<namespace>.svc` is reached. Empty: `direct` in its own cluster, else `proxy`.'),
      services: texts(
        'Services that metrics of other namespaces may reach through the proxy: `namespace/service:port`.',
      ),
      allowHosts: texts('Hosts and networks that metrics may reach all the same: loopback and link-local ones.'),
      prometheusAddress: text('For Prometheus metrics that name no address.'),
      controllerNamespace: text('Namespace of the Secrets that metrics take their keys from.', NAME),
      settings: anObject('Connections to metric sources, and plugins (docs/connections.md, docs/plugins.md).'),
      listen: z
        .strictObject({
          enabled: flag(false, 'Take events from webhooks of clusters, on port 8091.'),
          tokensSecret: text('Secret with a token for each cluster, JSON, under the key `tokens.json`.', NAME),
          tlsSecret: text('Secret (kubernetes.io/tls) with the certificate to listen with. Empty: plain HTTP.', NAME),
        })
        .describe('Events from webhooks.'),
      args: texts('More arguments of `assay serve`.'),
      serviceAccountAnnotations: annotations('Annotations of the service account `assay`, such as a role of AWS.'),
      resources: anObject('Requests and limits.', {
        requests: { cpu: '100m', memory: '192Mi' },
        limits: { memory: '768Mi' },
      }),
      ...placement,
    })
    .describe('`assay serve` in this cluster.'),
  webhook: z
    .strictObject({
      enabled: flag(true, 'Run the webhook: it warns of what is wrong at `kubectl apply`, and tells of changes.'),
      replicas: z
        .int()
        .min(1)
        .max(10)
        .default(webhook?.spec.replicas ?? 2)
        .describe('Pods.'),
      denyInvalid: flag(false, 'Deny what `assay lint` finds errors in, instead of warning.'),
      bus: z
        .strictObject({
          arn: text('EventBridge bus that changes are told to.', /^arn:[-a-z0-9]+:events:.+:event-bus\/.+$/),
          url: text('Address of `assay serve --listen` that they are told to instead.', /^https?:\/\//),
        })
        .describe('Where changes are told to; nowhere: it only warns.'),
      roleArn: text('IAM role of the webhook, through its service account (IRSA).', /^arn:/),
      clientCa: flag(
        false,
        'Answer only API servers with a certificate of the authority in ConfigMap assay-client-ca.',
      ),
      resources: anObject('Requests and limits.', webhook?.spec.template.spec.containers[0]?.resources),
      ...placement,
    })
    .describe('The webhook of this cluster.'),
  podDisruptionBudget: z
    .strictObject({
      enabled: flag(
        true,
        'Keep one pod where there are several; one alone is never kept, since no node could be drained.',
      ),
    })
    .describe('What drains of nodes leave.'),
  networkPolicy: z
    .strictObject({
      enabled: flag(true, 'Let in what is wanted alone: reviews, events, probes and scrapes.'),
      apiServers: texts('Networks (CIDR) that API servers ask the webhook from. Empty: all.', NETWORK),
      scrapers: objects('Who may read the pages (NetworkPolicyPeer; nodes always may). Empty: all.'),
      egress: z
        .strictObject({
          enabled: flag(false, 'Let out what is wanted alone: names (port 53), API servers and what is listed here.'),
          apiServers: texts('Networks (CIDR) of API servers, asked on ports 443 and 6443. Empty: all.', NETWORK),
          metricSources: objects('Where `assay serve` may ask for metrics (NetworkPolicyEgressRule).'),
          bus: objects('Where the webhook may tell of changes (NetworkPolicyEgressRule).'),
        })
        .describe('What goes out.'),
    })
    .describe('NetworkPolicies, where the network of the cluster enforces them.'),
  serviceMonitor: z
    .strictObject({
      enabled: flag(false, 'Have the Prometheus Operator scrape the pages; its CRD must be there.'),
      interval: text('Between two scrapes. Empty: as Prometheus has it.', /^(\d+(ms|s|m|h))+$/),
      labels: annotations('Labels that the Prometheus selects ServiceMonitors by.'),
    })
    .describe('ServiceMonitors of the Prometheus Operator.'),
  global: z.looseObject({}).exactOptional().describe('What Helm hands to charts of charts; not used.'),
});
