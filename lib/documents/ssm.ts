import type { SSMClient, SSMClientConfig } from '@aws-sdk/client-ssm';
import type { ClusterDocuments } from '../model/cluster-documents.ts';
import { awsFailure, REGISTRY_CODES, REQUEST_LIMITS } from '../model/aws-failure.ts';

export interface SsmOptions {
  /** `/assay/prod/clusters`: the parameters below it are clusters. */
  readonly path: string;
  /** Beside what the environment gives. */
  readonly client?: SSMClientConfig;
}

/** GetParametersByPath gives no more at once. */
const PAGE = 10;

/** Documents in the Parameter Store of AWS Systems Manager, one parameter a cluster. */
export function ssmDocuments({ path, client: config }: SsmOptions): ClusterDocuments {
  let client: SSMClient | undefined;
  return {
    async readAll() {
      const { GetParametersByPathCommand, SSMClient: Client } = await import('./ssm-sdk.ts');
      client ??= new Client({ requestHandler: REQUEST_LIMITS, ...config });
      const documents: [name: string, text: string][] = [];
      let token: string | undefined;
      do {
        const page = { Path: path, MaxResults: PAGE, ...(token !== undefined && { NextToken: token }) };
        const { Parameters = [], NextToken } = await client
          .send(new GetParametersByPathCommand(page))
          .catch((error: unknown): never => {
            throw awsFailure(`parameters below ${path}`, error, REGISTRY_CODES);
          });
        for (const { Name = '', Value = '' } of Parameters) documents.push([Name.slice(path.length + 1), Value]);
        token = NextToken;
      } while (token !== undefined);
      return new Map(documents.toSorted(([left], [right]) => (left < right ? -1 : 1)));
    },
  };
}
