import { isIP } from 'node:net';
import { Command, Option } from 'commander';
import { CLUSTER_BASE, ROLLOUTS_BASE, STATUS_BASE } from './cluster-base.ts';
import type { Console } from './console.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { InputError } from './input-error.ts';
import { type ClusterRouters, routerNamesOf } from '../model/cluster-routers.ts';
import { routerOption } from './router-option.ts';
import { routerRole } from './router-role.ts';
import { type ManifestOptions, renderManifests } from './render-manifests.ts';

const HELP = `
Prints what a member cluster installs: the CRDs; a namespace; the webhook that tells of changes, with its service
account, roles, configuration and network policy; the role of Assay's own identity. It is the kustomize base of
infra/cluster, filled in.

Without a bus the webhook only warns. With --bus-url it posts events to \`assay serve --listen\`, and needs the token
that \`assay serve\` knows:
  kubectl create secret generic assay-bus-token -n assay-system --from-file=token=FILE

Whoever reaches the webhook can have it tell of changes that never were, each of which costs a read. --api-server lets
nobody but API servers reach it, where the network of the cluster enforces policies. --client-ca has them show a
certificate too (they must be told to, by an AdmissionConfiguration), of an authority that signs nothing else:
  kubectl create configmap assay-client-ca -n assay-system --from-file=ca.crt=FILE

Examples:
  assay manifests --cluster production-eu --bus-arn arn:aws:events:eu-west-1:111122223333:event-bus/assay \\
    --role-arn arn:aws:iam::111122223333:role/assay-webhook | kubectl apply -f -
  assay manifests --cluster lab --bus-url http://assay.example.com:8091 --no-crds > assay.yaml`;

/** `assay manifests`: prints what a member cluster installs. */
export function command(console: Console, exitWith: (code: ExitCode) => void): Command {
  return new Command('manifests')
    .description('Print what a member cluster installs.')
    .requiredOption('--cluster <name>', 'what Assay calls the cluster')
    .option('--bus-arn <arn>', 'EventBridge bus that events go to')
    .option('--bus-url <url>', 'address of `assay serve --listen` that events go to instead')
    .option('--role-arn <arn>', 'IAM role of the webhook, through its service account (IRSA)')
    .option('--image <image>', 'image of the webhook')
    .option('--deny-invalid', 'deny what `assay lint` finds errors in, instead of warning')
    .addOption(
      new Option('--api-server <cidr>', 'network that API servers ask from; may be repeated')
        .argParser(collectNetwork)
        .default([], 'all networks'),
    )
    .option('--client-ca', 'answer only API servers with a certificate of the authority in ConfigMap assay-client-ca')
    .option(
      '--rollouts',
      'with the CRD of Rollouts, the rights that looking after them takes, and what the webhook tells of them',
    )
    .addOption(routerOption('with the rights of this traffic router of Rollouts'))
    .option('--status-role', 'with the role by which `assay clusters status` sees versions and certificates')
    .option('--no-crds', 'leave the CRDs out, where Argo Rollouts has brought them')
    .addHelpText('after', HELP)
    .action((options: ManifestOptions & WithRouters) => {
      checkOptions(options);
      const roles = routerNamesOf(options.router).map((name) => routerRole(name, options.router));
      const base = options.rollouts ? [...CLUSTER_BASE, ...ROLLOUTS_BASE, ...roles] : CLUSTER_BASE;
      const status = options.statusRole ? STATUS_BASE : [];
      console.out.write(renderManifests([...base, ...status], options));
      exitWith(EXIT.ok);
    });
}

interface WithRouters {
  readonly router: ClusterRouters;
  /** Whether Assay's identity may see what is installed. */
  readonly statusRole?: boolean;
}

function collectNetwork(text: string, before: readonly string[]): readonly string[] {
  const [address = '', bits = '', ...rest] = text.split('/');
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  if (rest.length > 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > longest) {
    throw new InputError(`--api-server: expected a network such as 10.0.0.0/28, got "${text}"`);
  }
  return [...before, text];
}

/** What a cluster may be called: the name becomes a part of the source of events, and of the keys of messages. */
export const CLUSTER_NAME = /^[A-Za-z0-9]([\w.@:/-]{0,126}[A-Za-z0-9])?$/;

function checkOptions({ cluster, busArn, busUrl, rollouts, router }: ManifestOptions & WithRouters): void {
  if (!CLUSTER_NAME.test(cluster)) {
    throw new InputError(`--cluster: expected letters, digits and . _ - @ : / between, got "${cluster}"`);
  }
  if (rollouts !== true && routerNamesOf(router).length > 0) {
    throw new InputError('--router: traffic routers are of Rollouts: give --rollouts too');
  }
  if (busArn !== undefined && busUrl !== undefined) throw new InputError('give --bus-arn or --bus-url, not both');
}
