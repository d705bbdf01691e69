import {
  DeleteParameterCommand,
  GetParameterCommand,
  PutParameterCommand,
  SSMClient,
  type SSMClientConfig,
} from '@aws-sdk/client-ssm';
import type { DocumentStore } from '../model/cluster-documents.ts';
import { awsFailure, isNamed, REGISTRY_CODES } from '../model/aws-failure.ts';
import { ssmDocuments } from './ssm.ts';

export interface SsmStoreOptions {
  /** `/assay/prod/clusters` */
  readonly path: string;
  readonly client?: SSMClientConfig;
}

/** Documents in Parameter Store, for those who register clusters. The functions only read: `ssm.ts`. */
export function ssmStore({ path, client: config = {} }: SsmStoreOptions): DocumentStore {
  const client = new SSMClient(config);
  const placeOf = (name: string): string => `${path}/${name}`;

  /** Undefined where AWS says `expected`. */
  const attempt = async <T>(name: string, expected: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (isNamed(error, expected)) return undefined;
      throw awsFailure(`parameter ${placeOf(name)}`, error, REGISTRY_CODES);
    }
  };

  const documents = ssmDocuments({ path, client: config });
  return {
    ...documents,
    placeOf,
    async readAll() {
      const all: [name: string, text: string][] = [];
      for await (const page of documents.pages()) for (const { name, text } of page) all.push([name, text]);
      return new Map(all.toSorted(([left], [right]) => (left < right ? -1 : 1)));
    },
    async read(name) {
      const command = new GetParameterCommand({ Name: placeOf(name) });
      const answer = await attempt(name, 'ParameterNotFound', () => client.send(command));
      return answer?.Parameter?.Value;
    },
    async write(name, text, { replace }) {
      const command = new PutParameterCommand({
        Name: placeOf(name),
        Value: text,
        Type: 'String',
        Description: `Cluster ${name}, written by assay clusters add`,
        Overwrite: replace,
        // Above 4 KB it becomes an advanced parameter, which costs money, instead of an error.
        Tier: 'Intelligent-Tiering',
      });
      return (await attempt(name, 'ParameterAlreadyExists', () => client.send(command))) !== undefined;
    },
    async remove(name) {
      const command = new DeleteParameterCommand({ Name: placeOf(name) });
      return (await attempt(name, 'ParameterNotFound', () => client.send(command))) !== undefined;
    },
  };
}
