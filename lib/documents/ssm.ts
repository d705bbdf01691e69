import type { Parameter, SSMClient, SSMClientConfig } from '@aws-sdk/client-ssm';
import type { ClusterDocuments } from '../model/cluster-documents.ts';
import { DOCUMENTS_A_READ } from '../model/cluster-documents.ts';
import { AssayError } from '../model/errors.ts';
import { awsFailure, REGISTRY_CODES, REQUEST_LIMITS } from '../model/aws-failure.ts';

export interface SsmOptions {
  /** `/assay/prod/clusters`: the parameters below it are clusters. */
  readonly path: string;
  /** Beside what the environment gives. */
  readonly client?: SSMClientConfig;
  /** Waits so many milliseconds. */
  readonly sleep?: (ms: number) => Promise<void>;
  /** Milliseconds of a clock that nobody sets. */
  readonly nowMs?: () => number;
  /** In [0, 1). */
  readonly random?: () => number;
}

/** Documents in Parameter Store, read page by page too. */
export interface SsmDocuments extends ClusterDocuments {
  /** Every parameter, ten at a time. */
  pages(): AsyncGenerator<readonly SsmDocument[]>;
}

export interface SsmDocument {
  readonly name: string;
  readonly text: string;
}

/** GetParametersByPath gives no more at once. */
const PAGE = 10;
/**
 * Parameter Store takes 40 requests a second of an account and region, of all who read parameters. A walk through all
 * documents leaves half of them to those who wait for one.
 */
const BETWEEN_PAGES_MS = 50;
/** A throttled request is soon good again: the SDK's own half seconds would make a long walk longer than an invocation. */
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 1000;
/** Of a page: without it, no cluster is looked at. */
const TRIES_OF_A_PAGE = 12;
/** With the tries of one more page, and the messages that are sent then, an invocation of 30 s still ends in time. */
const LONGEST_LIST_MS = 18_000;
/** A batch waits no longer for a document, since messages can be sent again. */
const TRIES_OF_A_DOCUMENT = 3;

/** Documents in the Parameter Store of AWS Systems Manager, one parameter a cluster. */
export function ssmDocuments(options: SsmOptions): SsmDocuments {
  const { path, client: config, sleep = wait, nowMs = () => performance.now(), random = Math.random } = options;
  let client: SSMClient | undefined;

  const open = async () => {
    const sdk = await import('./ssm-sdk.ts');
    client ??= new sdk.SSMClient({ requestHandler: REQUEST_LIMITS, ...config, maxAttempts: 1 });
    return { ...sdk, client };
  };

  /** Tries again what passes: throttling, and servers that do not answer. */
  const attempt = async <T>(what: string, tries: number, request: () => Promise<T>): Promise<T> => {
    for (let tried = 1; ; tried += 1) {
      try {
        return await request();
      } catch (thrown) {
        const error = awsFailure(what, thrown, REGISTRY_CODES);
        if (!(error instanceof AssayError) || !error.retry || tried === tries) throw error;
        await sleep(Math.min(FIRST_RETRY_MS * 2 ** (tried - 1), LONGEST_RETRY_MS) * (0.5 + random() / 2));
      }
    }
  };

  const documentOf = ({ Name = '', Value = '' }: Parameter): SsmDocument => ({
    name: Name.slice(path.length + 1),
    text: Value,
  });

  async function* pages(): AsyncGenerator<readonly SsmDocument[]> {
    const sdk = await open();
    let token: string | undefined;
    do {
      const startedMs = nowMs();
      const page = { Path: path, MaxResults: PAGE, ...(token !== undefined && { NextToken: token }) };
      const { Parameters = [], NextToken } = await attempt(`parameters below ${path}`, TRIES_OF_A_PAGE, () =>
        sdk.client.send(new sdk.GetParametersByPathCommand(page)),
      );
      yield Parameters.map(documentOf);
      token = NextToken;
      const restMs = BETWEEN_PAGES_MS - (nowMs() - startedMs);
      if (token !== undefined && restMs > 0) await sleep(restMs);
    } while (token !== undefined);
  }

  const readTen = async (names: readonly string[]): Promise<readonly SsmDocument[]> => {
    const sdk = await open();
    const what = names.length === 1 ? `parameter ${path}/${names[0]}` : `${names.length} parameters below ${path}`;
    const { Parameters = [] } = await attempt(what, TRIES_OF_A_DOCUMENT, () =>
      sdk.client.send(new sdk.GetParametersCommand({ Names: names.map((name) => `${path}/${name}`) })),
    );
    return Parameters.map(documentOf);
  };

  return {
    pages,
    async listNames() {
      const names: string[] = [];
      const beganMs = nowMs();
      for await (const page of pages()) {
        names.push(...page.map(({ name }) => name));
        if (nowMs() - beganMs <= LONGEST_LIST_MS) continue;
        throw new AssayError(REGISTRY_CODES.unreachable, `parameters below ${path}: too slow to list`, { retry: true });
      }
      return names.toSorted();
    },
    async readSome(names) {
      const tens: (readonly string[])[] = [];
      for (let first = 0; first < names.length; first += DOCUMENTS_A_READ) {
        tens.push(names.slice(first, first + DOCUMENTS_A_READ));
      }
      const documents = await Promise.all(tens.map(readTen));
      return new Map(documents.flat().map(({ name, text }) => [name, text]));
    },
  };
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
