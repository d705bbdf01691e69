import { type Answer, serveHttp, type TestServer } from '../http/server.ts';

/** What version 1 of the protocol asks: docs/plugins.md. */
interface Question {
  readonly version: number;
  readonly action: 'run' | 'resume' | 'terminate';
  readonly key: string;
  readonly config: { readonly queue?: string };
  readonly measurement?: { readonly metadata: Readonly<Record<string, string>> };
}

/** A plugin over HTTP: each measurement begins a count, that is over when it is looked at again. */
export async function servePlugin(): Promise<TestServer & { readonly begun: ReadonlyMap<string, string> }> {
  const begun = new Map<string, string>();
  const answer: Answer = ({ body }, response) => {
    const { version, action, key, config, measurement } = JSON.parse(body) as Question;
    const reply = (status: number, document: object) => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(document));
    };
    if (version !== 1) return reply(400, { error: `version ${version} is not spoken here` });
    if (config.queue === undefined) return reply(400, { error: 'queue: required, but missing' });
    if (action === 'run') {
      // The same question may come twice: what was begun for a key is begun once.
      const id = begun.get(key) ?? `count-${begun.size + 1}`;
      begun.set(key, id);
      return reply(200, { is: 'pending', resumeAfterSeconds: 30, metadata: { id } });
    }
    if (action === 'terminate') return reply(200, { is: 'verdict', phase: 'Inconclusive' });
    return reply(200, { is: 'value', value: { queue: config.queue, messages: 12, id: measurement?.metadata['id'] } });
  };
  return Object.assign(await serveHttp(answer), { begun });
}
