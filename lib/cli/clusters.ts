import { Command, Option } from 'commander';
import type { AddOptions } from './clusters-add.ts';
import type { CheckOptions } from './clusters-check.ts';
import type { RemoveOptions } from './clusters-remove.ts';
import type { RotateOptions } from './clusters-rotate.ts';
import type { StageOptions } from './clusters-stage.ts';
import type { StatusOptions } from './clusters-status.ts';
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
  assay clusters add --from-kubeconfig all.kubeconfig --context 'prod-*' --dry-run
  assay clusters add --eks-tag team=shop --region eu-west-1 --role-arn 'arn:aws:iam::111122223333:role/assay-{name}'
  assay clusters check shop --address http://prometheus.monitoring.svc:9090/-/ready
  assay clusters check --all -o junit > clusters.xml
  assay clusters check --kubeconfig ~/.kube/config          (without AWS)
  assay clusters show shop > shop.json                      (change it, then:)
  assay clusters add shop --from-document shop.json --replace
  assay clusters status
  assay clusters rotate shop --token-file new.token
  assay clusters rotate --all --from-kubeconfig all.kubeconfig
  assay clusters remove shop --with-secrets`;

const ADD_HELP = `
From a kubeconfig the token or the client certificate of its user goes to Secrets Manager. Commands (exec) are not run:
for EKS give --eks, for others the token of a service account (docs/clusters.md). With --replace the other fields of
the document stay as they are. The check comes last; \`assay clusters check --help\` tells of it.

Without a name every context of the kubeconfig is registered (or those that --context names), or every cluster of EKS that
has the tags, each under the name of its context or cluster. What is registered already is left, unless --update is given,
and one that is bad stops no other.`;

const CHECK_HELP = `
Proves that the API server is reached and trusted, that it knows the credentials, every right that Assay uses, the CRDs
and their versions, the webhook, that clocks agree, and that addresses can be reached; and says how to mend each.
Several clusters are checked at once, eight at a time and each for 30 s at most; then only what is wrong is shown.

Exit codes: 0 nothing fails, 1 something does (warnings do not count).`;

const STATUS_HELP = `
Asked of the clusters themselves, eight at a time, with the credentials that Assay has:
  LAST LOOK      latest moment that a status of an analysis, experiment or Rollout tells of; looks that find nothing to do
                 leave no trace
  LATENESS       how long the most forgotten object should have had a step by now
  CRDS, WEBHOOK  versions; ? where Assay may not look (\`assay manifests --status-role\` lets it)
  WEBHOOK TRUST  until when the API server trusts the webhook, which renews that by itself
  CREDENTIALS    until when they are good, where they say so
  SKEW           of the API server's clock, ahead of the one here; - before it: behind

Exit codes: 0 all is well; 1 a cluster cannot be looked at, or is more than a minute late.`;

const ROTATE_HELP = `
The new credentials are tried first: where the API server does not take them, or lets them do less than Assay needs,
nothing is changed. Of many clusters each gets those of the context that has its name. Clusters of EKS get in by IAM and
have nothing to rotate.

Exit codes: 0 all is well; 1 a cluster was refused.`;

/**
 * `assay clusters`: which clusters a deployment on AWS looks after. What each part does is loaded when it is done: the
 * AWS SDK and the Kubernetes client take half a second, which no help text should wait for.
 */
export function command(console: Console, exitWith: (code: ExitCode) => void): Command {
  const clusters = new Command('clusters')
    .description('Register, list, check, renew and remove the clusters of a deployment on AWS.')
    .helpCommand(false)
    .addHelpText('after', HELP);
  for (const part of [add, list, show, check, status, rotate, remove]) clusters.addCommand(part(console, exitWith));
  return clusters;
}

type Part = (console: Console, exitWith: (code: ExitCode) => void) => Command;

const add: Part = (console, exitWith) =>
  staged('add', 'Register a cluster, or replace its document; or many clusters.', console)
    .argument('[name]', 'what Assay calls the cluster; none: all that are found')
    .option('--from-kubeconfig <file>', 'take address and credentials from a kubeconfig')
    .addOption(
      repeated(
        '--context <name>',
        'context in the kubeconfig, with * for anything',
        'the current one; of many clusters: all',
      ),
    )
    .option('--eks <cluster>', 'take address and authority from EKS, and get in by IAM')
    .addOption(repeated('--eks-tag <key=value>', 'every cluster of EKS that has this tag, and all others given'))
    .addOption(repeated('--region <region>', 'region of EKS', 'that of the environment'))
    .option(
      '--role-arn <arn>',
      'role to get into EKS clusters as, {name} and {region} filled in (default: that of the function)',
    )
    .option('--external-id <id>', 'what the trust policy of that role asks for')
    .option('--from-document <file>', 'take the whole document from a file, as `show` prints it')
    .option(
      '--names <pattern>',
      'what the names of many clusters look like: eu-{name}, {name}-{region} (default: {name})',
    )
    .option('--replace', 'replace what is registered under the name')
    .option('--update', 'of many clusters: bring those up to date that are registered already')
    .option('--dry-run', 'print what would be written, secrets hidden, and write nothing')
    .option('--no-check', 'do not check the cluster afterwards')
    .addHelpText('after', ADD_HELP)
    .action(async (name: string | undefined, options: AddOptions) => {
      if (name === undefined) {
        const { addClusters } = await import('./clusters-add-many.ts');
        exitWith(await addClusters(options, console));
        return;
      }
      const { addCluster } = await import('./clusters-add.ts');
      exitWith(await addCluster(name, options, console));
    });

function repeated(flags: string, description: string, byDefault = 'none'): Option {
  return new Option(flags, `${description}; may be repeated`)
    .argParser((value: string, before: readonly string[]) => [...before, value])
    .default([], byDefault);
}

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
  staged('check', 'Prove what Assay needs of clusters.', console, ['text', 'json', 'junit'])
    .argument('[names...]', 'registered clusters; * stands for anything')
    .option('--all', 'every registered cluster that is not disabled')
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
    .addOption(sharedSecret())
    .addHelpText('after', CHECK_HELP)
    .action(async (names: readonly string[], options: CheckOptions) => {
      const { checkClusters } = await import('./clusters-check.ts');
      exitWith(await checkClusters(names, options, console));
    });

const status: Part = (console, exitWith) =>
  staged('status', 'Tell how clusters are looked after, and what is installed in them.', console)
    .argument('[names...]', 'registered clusters, * stands for anything (default: all)')
    .addOption(sharedSecret())
    .addHelpText('after', STATUS_HELP)
    .action(async (names: readonly string[], options: StatusOptions) => {
      const { showStatus } = await import('./clusters-status.ts');
      exitWith(await showStatus(names, options, console));
    });

const rotate: Part = (console, exitWith) =>
  staged('rotate', 'Put new credentials in place of old ones, once the cluster takes them.', console)
    .argument('[names...]', 'registered clusters; * stands for anything')
    .option('--all', 'every registered cluster')
    .option('--from-kubeconfig <file>', 'take the new credentials from a kubeconfig')
    .option('--context <name>', 'context in the kubeconfig, for one cluster (default: the current one)')
    .option('--token-file <file>', 'take the new token of one cluster from a file; - is standard input')
    .addOption(
      new Option('--names <pattern>', 'what clusters are called whose contexts are called {name}').default('{name}'),
    )
    .addOption(sharedSecret())
    .option('--dry-run', 'try the new credentials, and write nothing')
    .addHelpText('after', ROTATE_HELP)
    .action(async (names: readonly string[], options: RotateOptions) => {
      const { rotateClusters } = await import('./clusters-rotate.ts');
      exitWith(await rotateClusters(names, options, console));
    });

function sharedSecret(): Option {
  return repeated('--shared-secret <name>', 'secret of other names that documents may name');
}

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

function staged(
  name: string,
  description: string,
  { env }: Console,
  forms: readonly string[] = ['text', 'json'],
): Command {
  return new Command(name)
    .description(description)
    .addOption(
      new Option('--stage <name>', 'deployment').default(
        env['ASSAY_STAGE'] || DEFAULT_STAGE,
        `$ASSAY_STAGE, or ${DEFAULT_STAGE}`,
      ),
    )
    .addOption(new Option('-o, --output <form>', 'for people or for scripts').choices(forms).default('text'));
}
