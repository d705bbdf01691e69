/** What one folder of the house may import beside itself. A folder inside it follows its rule, unless it has its own. */
export interface Room {
  readonly imports: readonly string[];
  /** Of npm; `node:` stands for all of Node's own modules. */
  readonly packages?: readonly string[];
  /** What to do instead, for whoever broke the rule. */
  readonly instead: string;
}

const PURE =
  'it is pure, so effects, Node and clocks stay outside: take what it needs as an argument, or decide in kinds/';
const BACKEND = 'a backend knows model/ and its own SDK alone: what it needs beside them is an argument';
const ENGINES = ['lib/model', 'lib/expression', 'lib/workload'];

/** Folder → what it may import. A new folder is a line here; one without a line may not be. */
export const ROOMS: Readonly<Record<string, Room>> = {
  'lib/model': {
    imports: [],
    packages: ['zod'],
    instead: 'model/ holds the words of the domain: what needs more belongs to the folder that uses it',
  },
  'lib/expression': { imports: ['lib/model'], packages: ['re2js'], instead: PURE },
  'lib/workload': { imports: ['lib/model', 'lib/expression'], instead: PURE },
  'lib/analysis': { imports: ENGINES, packages: ['re2js'], instead: PURE },
  'lib/experiment': { imports: [...ENGINES, 'lib/analysis'], instead: PURE },
  'lib/rollout': { imports: [...ENGINES, 'lib/analysis'], instead: PURE },
  'lib/schedule': { imports: ['lib/model', 'lib/analysis'], packages: ['croner'], instead: PURE },
  'lib/lint': {
    imports: [
      ...ENGINES,
      'lib/analysis',
      'lib/experiment',
      'lib/rollout',
      'lib/schedule',
      'lib/providers/web-json-path-parse.ts',
    ],
    packages: ['yaml', '@prometheus-io/lezer-promql', '@lezer/common'],
    instead: 'lint says what is wrong with texts, and reads none: commands, editors and the webhook hand them in',
  },
  'lib/lsp': {
    imports: ['lib/model', 'lib/expression', 'lib/analysis', 'lib/lint'],
    packages: [
      'node:',
      'yaml',
      'zod',
      'vscode-languageserver',
      'vscode-languageserver/node',
      'vscode-languageserver-textdocument',
    ],
    instead: 'the language server shows what lint/ and the schemas know: what it does not know belongs there',
  },
  'lib/providers': {
    imports: ['lib/model', 'lib/expression', 'lib/analysis'],
    packages: ['node:crypto', 'node:http', '@smithy/signature-v4', '@aws-crypto/sha256-js'],
    instead: 'a provider fetches through its context, and only analysis/ judges',
  },
  'lib/kinds': {
    imports: [...ENGINES, 'lib/analysis', 'lib/experiment', 'lib/rollout', 'lib/providers', 'lib/kinds/facts'],
    instead: 'a kind observes through the ports and decides in the pure folders',
  },
  'lib/kinds/facts': {
    imports: ['lib/model', 'lib/workload'],
    instead: 'facts are data, which the webhook reads too: what decides stands beside them, in kinds/',
  },
  'lib/queues': { imports: ['lib/model'], packages: ['tinyqueue', '@aws-sdk/client-sqs'], instead: BACKEND },
  'lib/sinks': { imports: ['lib/model'], packages: ['@aws-sdk/client-eventbridge'], instead: BACKEND },
  'lib/documents': {
    imports: ['lib/model'],
    packages: ['@aws-sdk/client-ssm', '@aws-sdk/client-secrets-manager'],
    instead: BACKEND,
  },
  'lib/connections': {
    imports: ['lib/model', 'lib/providers/aws-signature.ts', 'lib/providers/oauth2.ts'],
    packages: ['@aws-sdk/client-elastic-load-balancing-v2', '@aws-sdk/client-sts', '@aws-sdk/credential-providers'],
    instead: BACKEND,
  },
  'lib/plugins': {
    imports: ['lib/model'],
    packages: ['node:'],
    instead: 'here modules of operators are loaded: what is done with them is for lib/providers',
  },
  'lib/log': { imports: ['lib/model'], instead: BACKEND },
  'lib/http': {
    imports: ['lib/model'],
    packages: ['node:', 'axios', 'ipaddr.js'],
    instead: 'the way out of the process knows requests and answers, not who asks: take it as an argument',
  },
  'lib/web': {
    imports: ['lib/model', 'lib/log'],
    packages: ['node:'],
    instead: 'the web server knows routes, not what they show: whoever opens it hands in the pages',
  },
  'lib/clusters': {
    imports: ['lib/model', 'lib/log'],
    packages: ['node:'],
    instead: 'clusters take http, secrets and roles as arguments, and know nothing of who uses them',
  },
  'lib/clusters/access': {
    imports: ['lib/model'],
    packages: ['node:', '@kubernetes/client-node', 'yaml', '@smithy/signature-v4', '@aws-crypto/sha256-js'],
    instead: 'a way in makes credentials, and asks nothing of the API itself',
  },
  'lib/clusters/api': {
    imports: ['lib/model', 'lib/clusters', 'lib/clusters/access', 'lib/http/header-bytes.ts', 'package.json'],
    packages: ['node:', 'undici'],
    instead: 'whoever speaks to the Kubernetes API takes http and credentials as arguments',
  },
  'lib/clusters/memory': {
    imports: ['lib/model', 'lib/clusters', 'lib/clusters/api'],
    packages: ['node:crypto'],
    instead: 'a cluster in memory speaks to nobody',
  },
  'lib/clusters/store': {
    imports: ['lib/model', 'lib/clusters'],
    packages: ['node:'],
    instead: 'a store follows any cluster: take the cluster as an argument',
  },
  'lib/runtime': {
    imports: ['lib/model', 'lib/kinds', 'lib/log'],
    instead: 'the loop knows kinds and ports: backends, serve/ and aws/ hand in what they are',
  },
  'lib/schedules': {
    imports: ['lib/model', 'lib/schedule', 'lib/kinds', 'lib/runtime', 'lib/log'],
    instead: 'schedules are kept through the ports: backends are handed in',
  },
  'lib/doctor': {
    imports: ['lib/model', 'lib/kinds', 'lib/clusters', 'lib/connections', 'lib/http', 'lib/providers/provider-of.ts'],
    packages: ['node:'],
    instead: 'the doctor looks at clusters and connections: what shall be there, kinds say themselves',
  },
  'lib/webhook': {
    imports: [
      'lib/model',
      'lib/lint/lint-object.ts',
      'lib/kinds/facts',
      'lib/clusters',
      'lib/sinks',
      'lib/http',
      'lib/web',
      'lib/log',
    ],
    packages: ['node:', '@peculiar/x509', 'reflect-metadata'],
    instead: 'the webhook judges nothing and must stay small: facts of kinds are in kinds/facts/',
  },
  'lib/local': {
    imports: [
      'lib/model',
      'lib/analysis',
      'lib/workload',
      'lib/clusters',
      'lib/queues',
      'lib/sinks',
      'lib/runtime',
      'lib/log',
    ],
    packages: ['node:'],
    instead: 'aws/, serve/ and local/ are strangers: what two of them need belongs to runtime/ or a room of its own',
  },
  'lib/serve': {
    imports: [
      'lib/model',
      'lib/analysis',
      'lib/schedule',
      'lib/clusters',
      'lib/queues',
      'lib/sinks',
      'lib/connections',
      'lib/http',
      'lib/web',
      'lib/kinds',
      'lib/runtime',
      'lib/schedules',
      'lib/log',
    ],
    packages: ['node:', 'prom-client'],
    instead: 'aws/, serve/ and local/ are strangers: what two of them need belongs to runtime/ or a room of its own',
  },
  'lib/aws': {
    imports: [
      'lib/model',
      'lib/clusters',
      'lib/queues',
      'lib/sinks',
      'lib/documents',
      'lib/connections',
      'lib/http',
      'lib/kinds',
      'lib/plugins',
      'lib/runtime',
      'lib/schedules',
      'lib/log',
    ],
    packages: ['node:', '@middy/core', 'aws-lambda'],
    instead: 'aws/, serve/ and local/ are strangers: what two of them need belongs to runtime/ or a room of its own',
  },
  'lib/cli': {
    imports: ['lib', 'package.json'],
    packages: ['node:', 'commander', 'yaml', 'zod', 'diff', 'core-js', '@aws-sdk/client-eks'],
    instead: 'a command may use everything in lib/; a package needs a room that hides it',
  },
  functions: {
    imports: ['lib/aws', 'lib/webhook'],
    packages: ['@middy/core', 'aws-lambda'],
    instead: 'a way in is fifteen lines without logic: put it into lib/aws or lib/webhook',
  },
};

/** Tables of plug-ins: what stands in one knows nothing of the others, and none but the table knows it. */
export const REGISTRIES = ['lib/kinds', 'lib/providers', 'lib/sinks', 'lib/queues', 'lib/lint/rules'] as const;
