import type { HttpRequest } from '../model/http.ts';
import type { AwsCredentials } from '../model/provider.ts';

/** For which service of Amazon, where and when. */
export interface SigningScope {
  readonly service: string;
  readonly region: string;
  readonly date: Date;
}

/** A request signed by AWS Signature Version 4: its body and all headers that it has. */
export async function signRequest(
  request: HttpRequest,
  { service, region, date: signingDate }: SigningScope,
  credentials: AwsCredentials,
): Promise<HttpRequest> {
  // Few metrics need it; the others should not wait for it. A file of ours, since import() of the packages themselves,
  // which are CommonJS to the bundle of the command line, gives none of their names there.
  const { awsSigner } = await import('./aws-signer.ts');
  const url = new URL(request.url);
  const signer = awsSigner(service, region, credentials);
  const { headers } = await signer.sign(
    {
      method: request.method ?? 'GET',
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port !== '' && { port: Number(url.port) }),
      path: url.pathname,
      query: queryOf(url),
      headers: { ...Object.fromEntries(request.headers ?? []), host: url.host },
      ...(request.body !== undefined && { body: request.body }),
    },
    { signingDate },
  );
  return { ...request, headers: Object.entries(headers) };
}

function queryOf({ searchParams }: URL): Record<string, string[]> {
  return Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)]));
}
