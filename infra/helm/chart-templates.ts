import { readFileSync } from 'node:fs';
import { routerRole } from '../../lib/cli/router-role.ts';
import { ROUTER_NAMES, ROUTER_ROWS, type RouterName, type RouterRow } from '../../lib/model/router-rows.ts';

/**
 * The templates of the chart that are made of what `assay manifests` prints: the texts of infra/cluster, with values in
 * the places that these fill in. By their names in infra/chart/templates.
 *
 * @throws Error where a text has no such place any more
 */
export function chartTemplates(): Readonly<Record<string, string>> {
  return {
    'rbac.yaml': rbac('rbac.yaml', 'rbac.create'),
    'rbac-rollouts.yaml': rbac('rbac-rollouts.yaml', 'rbac.create', 'rollouts.enabled'),
    'rbac-routers.yaml': noted('lib/model/router-rows.ts', ROUTER_NAMES.map(routerRoles).join('')),
    'webhook-rbac.yaml': webhookRbac(),
    'webhook-deployment.yaml': webhookDeployment(),
    'webhook-network-policy.yaml': webhookNetworkPolicy(),
    'webhook-configuration.yaml': webhookConfiguration(),
  };
}

const read = (name: string): string => readFileSync(new URL(`../cluster/${name}`, import.meta.url), 'utf8');

/** Text, and what stands in its place; each must be there, and is replaced wherever it is. */
type Fillings = readonly (readonly [place: string | RegExp, value: string])[];

function fill(text: string, ...fillings: Fillings): string {
  return fillings.reduce((filled, [place, value]) => {
    const next = filled.replaceAll(typeof place === 'string' ? place : new RegExp(place, 'gm'), value);
    if (next === filled) throw new Error(`there is no ${String(place)} in infra/cluster that the chart could fill in`);
    return next;
  }, text);
}

const NAMESPACE: Fillings[number] = ['namespace: assay-system', 'namespace: {{ .Release.Namespace }}'];

function noted(source: string, template: string): string {
  return `{{- /* Made of ${source} by \`npm run generate\`: change that. */ -}}\n${template}`;
}

function when(conditions: readonly string[], template: string): string {
  const values = conditions.map((condition) => `.Values.${condition}`).join(' ');
  return `{{- if ${conditions.length > 1 ? `and ${values}` : values} }}\n${template}{{- end }}\n`;
}

function rbac(file: string, ...conditions: readonly string[]): string {
  const documents = read(file).split('---\n').map(bound);
  // The service account is there whoever gives it its rights.
  const [account, ...roles] = file === 'rbac.yaml' ? documents : ['', ...documents];
  const filled = fill(`${account}${when(conditions, `---\n${roles.map(byFeature).join('---\n')}`)}`, NAMESPACE);
  return noted(`infra/cluster/${file}`, account ? annotated(filled, 'serve.serviceAccountAnnotations') : filled);
}

/** In the one namespace that is looked after, or everywhere. */
function bound(document: string): string {
  if (!document.includes('kind: ClusterRoleBinding')) return document;
  const inNamespace = '  {{- with .Values.watchNamespace }}\n  namespace: {{ . }}\n  {{- end }}\nroleRef:';
  const kind = 'kind: {{ ternary "RoleBinding" "ClusterRoleBinding" (ne .Values.watchNamespace "") }}';
  return fill(document, ['kind: ClusterRoleBinding', kind], ['roleRef:', inNamespace]);
}

const CONDITIONS: Readonly<Record<string, string>> = { rollouts: 'rollouts.enabled' };

/** Rules whose comment begins with `Feature NAME, …:` are there with one of these alone. */
function byFeature(document: string): string {
  return document.replaceAll(
    /^ {2}# Feature ([\w, ]+):(?:.|\n {2}(?! *- ))*\n(?: {2}- .*\n(?: {4}.*\n)*)/gm,
    (rule, names: string) => {
      const values = names.split(', ').map((name) => `.Values.${CONDITIONS[name] ?? `rbac.${name}`}`);
      return `  {{- if ${values.length > 1 ? `or ${values.join(' ')}` : values.join('')} }}\n${rule}  {{- end }}\n`;
    },
  );
}

function annotated(text: string, value: string): string {
  const annotations = `{{- with .Values.${value} }}\n  annotations: {{- toYaml . | nindent 4 }}\n  {{- end }}`;
  return text.replace(/(kind: ServiceAccount\nmetadata:\n(?: {2}.*\n)+)/, `$1  ${annotations}\n`);
}

/** Its roles, which differ by the group that its API is in. */
function routerRoles(name: RouterName): string {
  const { apiVersions }: RouterRow = ROUTER_ROWS[name];
  const roleOf = (apiVersion: string): string => routerRole(name, { [name]: { apiVersion } });
  const [first] = apiVersions;
  const usual = roleOf(first);
  const others = apiVersions.filter((apiVersion) => roleOf(apiVersion) !== usual);
  const version = `dig "${name}" "apiVersion" "${first}" .Values.rollouts.routers`;
  const role = others.reduce(
    (rest, apiVersion) =>
      `{{- if eq (${version}) "${apiVersion}" }}\n${asTemplate(roleOf(apiVersion))}{{- else }}\n${rest}{{- end }}\n`,
    asTemplate(usual),
  );
  return `{{- if and .Values.rbac.create .Values.rollouts.enabled (hasKey .Values.rollouts.routers "${name}") }}\n${role}{{- end }}\n`;
}

function asTemplate(role: string): string {
  return `---\n${fill(role.split('---\n').map(bound).join('---\n'), NAMESPACE)}`;
}

const OF_WEBHOOK = ['webhook.enabled'];

function webhookRbac(): string {
  const role = '  annotations:\n    eks.amazonaws.com/role-arn: {{ . }}';
  const annotations = `  {{- with .Values.webhook.roleArn }}\n${role}\n  {{- end }}\n`;
  const text = fill(read('webhook-rbac.yaml'), NAMESPACE);
  return noted(
    'infra/cluster/webhook-rbac.yaml',
    when(OF_WEBHOOK, text.replace(/(kind: ServiceAccount\nmetadata:\n(?: {2}.*\n)+)/, `$1${annotations}`)),
  );
}

const setting = (name: string, value: string): Fillings[number] => [
  new RegExp(`- name: ${name}\\n( +)value: .*$`),
  `- name: ${name}\n$1value: ${value}`,
];

function webhookDeployment(): string {
  const [deployment = '', budget = '', ...services] = read('webhook-deployment.yaml').split('---\n');
  const filled = fill(
    deployment,
    NAMESPACE,
    [/^ {2}replicas: \d+$/, '  replicas: {{ .Values.webhook.replicas }}'],
    [
      /^( {6}labels: )\*labels$/,
      '$1{{- include "assay.podLabels" (list "assay-webhook" .Values.webhook) | nindent 8 }}',
    ],
    [/^ {4}spec:$/, '      {{- include "assay.podAnnotations" .Values.webhook | nindent 6 }}\n    spec:'],
    [/^( {6})serviceAccountName: .*$/, '$&\n$1{{- include "assay.placement" (list . .Values.webhook) | nindent 6 }}'],
    [/^( {10})image: .*$/, '$1{{- include "assay.image" . | nindent 10 }}'],
    setting('ASSAY_CLUSTER', '{{ .Values.cluster | quote }}'),
    setting('ASSAY_BUS_ARN', '{{ .Values.webhook.bus.arn | quote }}'),
    setting('ASSAY_BUS_URL', '{{ .Values.webhook.bus.url | quote }}'),
    setting('ASSAY_DENY_INVALID', '{{ .Values.webhook.denyInvalid | quote }}'),
    setting(
      'ASSAY_CLIENT_CA_FILE',
      '{{ ternary "/var/run/secrets/assay-client-ca/ca.crt" "" .Values.webhook.clientCa | quote }}',
    ),
    [
      /^ {10}ports:$/,
      '            {{- with .Values.webhook.env }}\n            {{- toYaml . | nindent 12 }}\n            {{- end }}\n          ports:',
    ],
    [/^ {10}resources:\n(?: {12}.*\n)+/, '          resources: {{- toYaml .Values.webhook.resources | nindent 12 }}\n'],
    [
      /^ {6}volumes:$/,
      '            {{- with .Values.webhook.volumeMounts }}\n            {{- toYaml . | nindent 12 }}\n            {{- end }}\n      volumes:',
    ],
    [
      /\n$(?![^])/,
      '\n        {{- with .Values.webhook.volumes }}\n        {{- toYaml . | nindent 8 }}\n        {{- end }}\n',
    ],
  );
  // One pod alone that must not be evicted would stop every drain of its node.
  const kept = `{{- if and .Values.podDisruptionBudget.enabled (gt (int .Values.webhook.replicas) 1) }}\n---\n${fill(budget, NAMESPACE)}{{- end }}\n`;
  const rest = services.map((service) => `---\n${fill(service, NAMESPACE)}`).join('');
  return noted('infra/cluster/webhook-deployment.yaml', when(OF_WEBHOOK, filled + kept + rest));
}

function webhookNetworkPolicy(): string {
  const reviews =
    '    - {{- with .Values.networkPolicy.apiServers }}\n      from:\n        {{- range . }}\n        - ipBlock:\n            cidr: {{ . }}\n        {{- end }}\n      {{- end }}\n      ports:\n        - port: admission';
  const pages =
    '    - {{- with .Values.networkPolicy.scrapers }}\n      from: {{- toYaml . | nindent 8 }}\n      {{- end }}\n      ports:\n        - port: pages';
  const filled = fill(
    read('webhook-network-policy.yaml'),
    NAMESPACE,
    [/^ {4}- ports:\n {8}- port: admission/, reviews],
    [/^ {4}- ports:\n {8}- port: pages/, pages],
  );
  return noted('infra/cluster/webhook-network-policy.yaml', when([...OF_WEBHOOK, 'networkPolicy.enabled'], filled));
}

/** There is one configuration, whose authority the webhook keeps: what Rollouts add goes into it. */
function webhookConfiguration(): string {
  const [, ofRollouts = ''] = read('webhook-rollouts.yaml').split('webhooks:\n');
  const client = /clientConfig: &client\n(?: {6,}.*\n)+/;
  const more = fill(ofRollouts, [client, 'clientConfig: *client\n']);
  const text = `${read('webhook-configuration.yaml')}  {{- if .Values.rollouts.enabled }}\n${more}  {{- end }}\n`;
  return noted(
    'infra/cluster/webhook-configuration.yaml and webhook-rollouts.yaml',
    when(OF_WEBHOOK, fill(text, NAMESPACE)),
  );
}
