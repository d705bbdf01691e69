import { Command, Option } from 'commander';
import type { AddOptions } from './clusters-add.ts';
import type { CheckOptions } from './clusters-check.ts';
import type { RemoveOptions } from './clusters-remove.ts';
import type { StageOptions } from './clusters-stage.ts';
import type { Console } from './console.ts';
import type { ExitCode } from './exit-code.ts';
import { routerOption } from './router-option.ts';

const HELP = `
The clusters of a deployment on AWS stand in Parameter Store, one document each: /assay/STAGE/clusters/NAME. What must
stay secret is in Secrets Manager, and documents only name it. Functions read the registry once a minute. Region and
credentials are found as every AWS tool finds them: AWS_REGION, AWS_PROFILE, …

Examples:
  assay clusters add shop --from-kubeconfig assay-shop.kubeconfig
  assay clusters add shop --eks shop-eu --region eu-west-1 --role-arn arn:aws:iam::111122223333:role/assay-shop
  assay clusters check shop --address http://prometheus.monitoring.svc:9090/-/ready
  assay clusters check --kubeconfig ~/.kube/config          (without AWS)
  assay clusters show shop > shop.json                      (change it, then:)
  assay clusters add shop --from-document shop.json --replace
  assay clusters remove shop --with-secrets`;

const ADD_HELP = `
From a kubeconfig the token or the client certificate of its user goes to Secrets Manager. Commands (exec) are not run:
for EKS give --eks, for others the token of a service account (docs/clusters.md). With --replace the other fields of
the document stay as they are. The check comes last; \`assay clusters check --help\` tells of it.`;

const CHECK_HELP = `
Proves that the API server is reached and trusted, that it knows the credentials, every right that Assay uses, the CRDs
and their versions, the webhook, that clocks agree, and that addresses can be reached; and says how to mend each.

Exit codes: 0 nothing fails, 1 something does (warnings do not count).`;

/**
 * `assay clusters`: which clusters a deployment on AWS looks after. What each part does is loaded when it is done: the
 * AWS SDK and the Kubernetes client take half a second, which no help text should wait for.
 */
export function command(console: Console, exitWith: (code: ExitCode) => void): Command {
  const clusters = new Command('clusters')
    .description('Register, list, check and remove the clusters of a deployment on AWS.')
    .helpCommand(false)
    .addHelpText('after', HELP);
  for (const part of [add, list, show, check, remove]) clusters.addCommand(part(console, exitWith));
  return clusters;
}

type Part = (console: Console, exitWith: (code: ExitCode) => void) => Command;

const add: Part = (console, exitWith) =>
  staged('add', 'Register a cluster, or replace its document.', console)
    .argument('<name>', 'what Assay calls the cluster')
    .option('--from-kubeconfig <file>', 'take address and credentials from a kubeconfig')
    .option('--context <name>', 'context in the kubeconfig (default: the current one)')
    .option('--eks <cluster>', 'take address and authority from EKS, and get in by IAM')
    .option('--region <region>', 'region of the EKS cluster (default: that of the environment)')
    .option('--role-arn <arn>', 'role to get into the EKS cluster as (default: that of the function)')
    .option('--external-id <id>', 'what the trust policy of that role asks for')
    .option('--from-document <file>', 'take the whole document from a file, as `show` prints it')
    .option('--replace', 'replace what is registered under the name')
    .option('--dry-run', 'print what would be written, secrets hidden, and write nothing')
    .option('--no-check', 'do not check the cluster afterwards')
    .addHelpText('after', ADD_HELP)
    .action(async (name: string, options: AddOptions) => {
      const { addCluster } = await import('./clusters-add.ts');
      exitWith(await addCluster(name, options, console));
    });

const list: Part = (console, exitWith) =>
  staged('list', 'List the clusters.', console).action(async (options: StageOptions) => {
    const { listClusters } = await import('./clusters-list.ts');
    exitWith(await listClusters(options, console));
  });

const show: Part = (console, exitWith) =>
  staged('show', 'Print the document of a cluster.', console)
    .argument('<name>')
    .action(async (name: string, options: StageOptions) => {
      const { showCluster } = await import('./clusters-show.ts');
      exitWith(await showCluster(name, options, console));
    });

const check: Part = (console, exitWith) =>
  staged('check', 'Prove what Assay needs of a cluster.', console)
    .argument('[name]', 'a registered cluster')
    .option('--kubeconfig <file>', 'check the cluster of a kubeconfig instead, without AWS')
    .option('--context <name>', 'context in the kubeconfig (default: the current one)')
    .option('-n, --namespace <name>', 'ask for rights in this namespace only (default: as registered)')
    .option('--rollouts', 'ask for the rights on Rollouts too (default: as registered)')
    .addOption(routerOption('ask for the rights of this traffic router of Rollouts too, beside those registered'))
    .addOption(
      new Option('--address <url>', 'try to reach this address as metrics would; may be repeated')
        .argParser((url: string, before: readonly string[]) => [...before, url])
        .default([], 'the Prometheus address of the settings'),
    )
    .addOption(
      new Option('--shared-secret <name>', 'secret of other names that documents may name; may be repeated')
        .argParser((name: string, before: readonly string[]) => [...before, name])
        .default([], 'none'),
    )
    .addHelpText('after', CHECK_HELP)
    .action(async (name: string | undefined, options: CheckOptions) => {
      const { checkClusters } = await import('./clusters-check.ts');
      exitWith(await checkClusters(name, options, console));
    });

const remove: Part = (console, exitWith) =>
  staged('remove', 'Remove a cluster: it is looked after no more.', console)
    .argument('<name>')
    .option('--with-secrets', 'remove the secrets too that `add` made for it')
    .action(async (name: string, options: RemoveOptions) => {
      const { removeCluster } = await import('./clusters-remove.ts');
      exitWith(await removeCluster(name, options, console));
    });

/** What serverless.yml deploys where nothing else is said. */
const DEFAULT_STAGE = 'prod';

function staged(name: string, description: string, { env }: Console): Command {
  return new Command(name)
    .description(description)
    .addOption(
      new Option('--stage <name>', 'deployment').default(
        env['ASSAY_STAGE'] || DEFAULT_STAGE,
        `$ASSAY_STAGE, or ${DEFAULT_STAGE}`,
      ),
    )
    .addOption(
      new Option('-o, --output <form>', 'for people or for scripts').choices(['text', 'json']).default('text'),
    );
}
