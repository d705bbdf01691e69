import { Command, Option } from 'commander';
import { type AddOptions, addCluster } from './clusters-add.ts';
import { type CheckOptions, checkClusters } from './clusters-check.ts';
import { listClusters } from './clusters-list.ts';
import { removeCluster } from './clusters-remove.ts';
import { showCluster } from './clusters-show.ts';
import { DEFAULT_STAGE, type StageOptions } from './clusters-stage.ts';
import type { Console } from './console.ts';
import type { ExitCode } from './exit-code.ts';

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

/** `assay clusters`: which clusters a deployment on AWS looks after. */
export function command(console: Console, exitWith: (code: ExitCode) => void): Command {
  const clusters = new Command('clusters')
    .description('Register, list, check and remove the clusters of a deployment on AWS.')
    .helpCommand(false)
    .addHelpText('after', HELP);
  clusters.addCommand(
    staged('add', 'Register a cluster, or replace its document.')
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
      .action(async (name: string, options: AddOptions) => exitWith(await addCluster(name, options, console))),
  );
  clusters.addCommand(
    staged('list', 'List the clusters.').action(async (options: StageOptions) =>
      exitWith(await listClusters(options, console)),
    ),
  );
  clusters.addCommand(
    staged('show', 'Print the document of a cluster.')
      .argument('<name>')
      .action(async (name: string, options: StageOptions) => exitWith(await showCluster(name, options, console))),
  );
  clusters.addCommand(
    staged('check', 'Prove what Assay needs of a cluster.')
      .argument('[name]', 'a registered cluster')
      .option('--kubeconfig <file>', 'check the cluster of a kubeconfig instead, without AWS')
      .option('--context <name>', 'context in the kubeconfig (default: the current one)')
      .option('-n, --namespace <name>', 'ask for rights in this namespace only (default: as registered)')
      .addOption(
        new Option('--address <url>', 'try to reach this address as metrics would; may be repeated')
          .argParser((url: string, before: readonly string[]) => [...before, url])
          .default([], 'the Prometheus address of the settings'),
      )
      .addHelpText('after', CHECK_HELP)
      .action(async (name: string | undefined, options: CheckOptions) =>
        exitWith(await checkClusters(name, options, console)),
      ),
  );
  clusters.addCommand(
    staged('remove', 'Remove a cluster: it is looked after no more.')
      .argument('<name>')
      .option('--with-secrets', 'remove the secrets too that `add` made for it')
      .action(async (name: string, options: StageOptions & { readonly withSecrets?: boolean }) =>
        exitWith(await removeCluster(name, options, console)),
      ),
  );
  return clusters;
}

function staged(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--stage <name>', `deployment (default: $ASSAY_STAGE, or ${DEFAULT_STAGE})`)
    .addOption(
      new Option('-o, --output <form>', 'for people or for scripts').choices(['text', 'json']).default('text'),
    );
}
