import { readFileSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plugin } from 'esbuild';

/** A file of a package, and what the functions get in its place. */
interface LeftOut {
  readonly file: string;
  /** The whole file anew, or one text of it. */
  readonly instead: string | { readonly text: string; readonly by: string };
}

/** What Agent and ProxyAgent need, and their `request`. */
const UNDICI_CONNECTIONS = [
  "require('./lib/dispatcher/dispatcher.js').prototype.request = require('./lib/api/api-request.js');",
  "exports.Agent = require('./lib/dispatcher/agent.js');",
  "exports.ProxyAgent = require('./lib/dispatcher/proxy-agent.js');",
].join('\n');

const refuse = (what: string): string => `() => { throw new Error('${what} is left out') };`;

/**
 * What of their packages the functions never reach, though importing them would load it: 0.8 MB of 2.3, and 40 % of
 * the time to load. The budget (functions-budget.ts) tells when it is needed, and a file that is no longer there stops the
 * build, so that an upgrade cannot pass unnoticed.
 */
const LEFT_OUT: readonly LeftOut[] = [
  // Connections to API servers use an Agent or a ProxyAgent, HTTP/1.1, with texts as bodies. Left out: fetch,
  // WebSockets, caches, mocks; HTTP/2; bodies of other kinds; a second parser, and the first without SIMD, which both
  // architectures of Lambda have.
  {
    file: 'undici/index.js',
    instead: UNDICI_CONNECTIONS,
  },
  { file: 'undici/lib/dispatcher/client-h2.js', instead: `module.exports = ${refuse('HTTP/2')}` },
  { file: 'undici/lib/web/fetch/body.js', instead: `exports.extractBody = ${refuse('a body that is no text')}` },
  { file: 'undici/lib/milo/simd.js', instead: '' },
  { file: 'undici/lib/milo/no-simd.js', instead: '' },
  { file: 'undici/lib/llhttp/llhttp-wasm.js', instead: '' },

  // lib/http/open-http.ts asks for axios' HTTP adapter, without proxy, forms or HTTP/2. Whoever touches Node's FormData or
  // Request loads all of its fetch.
  { file: 'axios/lib/adapters/fetch.js', instead: 'export const getFetch = () => null;' },
  { file: 'axios/lib/helpers/Http2Sessions.js', instead: 'export default class {}' },
  { file: 'axios/lib/adapters/http.js', instead: { text: "import http2 from 'http2';", by: 'const http2 = {};' } },
  { file: 'axios/lib/platform/node/classes/FormData.js', instead: 'export default null;' },
  { file: 'axios/lib/utils.js', instead: { text: "typeof G.FormData !== 'undefined'", by: 'false' } },
  { file: 'https-proxy-agent/dist/index.js', instead: `module.exports = ${refuse('a proxy')}` },
  { file: 'follow-redirects/debug.js', instead: 'module.exports = () => {};' },

  // Of no service that is asked here; loaded lazily, and so a wrapper around 200 modules.
  {
    file: '@smithy/core/dist-es/submodules/event-streams/index.js',
    instead: 'export const EventStreamSerde = null, eventStreamSerdeProvider = null;',
  },

  // Lambda gives its credentials in the environment; the other places to look for them cost 90 KB.
  {
    file: '@aws-sdk/credential-provider-node/dist-es/index.js',
    instead: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
  },
];

/**
 * What the command line never reaches, though its long-running processes would have it in memory: the words of forty
 * languages, and the types of files.
 */
export const LEFT_OUT_OF_CLI: readonly LeftOut[] = [
  { file: 'zod/v4/locales/index.js', instead: "export { default as en } from './en.js';" },
  { file: 'mime-db/index.js', instead: 'module.exports = {};' },
];

/**
 * Gives our own sources the connections of undici without its fetch, WebSockets, caches and mocks. The official client
 * asks for the whole, and gets it where it is loaded itself.
 */
export function slimUndici(root: string): Plugin {
  const lib = join(root, 'lib');
  // A name of its own among those of the package, for source maps.
  const slim = join(root, 'node_modules/undici/connections.js');
  return {
    name: 'slim-undici',
    setup(bundle) {
      bundle.onResolve({ filter: /^undici$/ }, ({ importer }) =>
        importer.startsWith(lib) ? { path: slim } : undefined,
      );
      bundle.onLoad({ filter: /[\\/]undici[\\/]connections\.js$/ }, ({ path }) =>
        path === slim ? { contents: UNDICI_CONNECTIONS, resolveDir: join(root, 'node_modules/undici') } : undefined,
      );
    },
  };
}

/** Leaves out what is listed; default: of the functions. The build fails where a listed file is not met, or has changed. */
export function leaveOut(root: string, list: readonly LeftOut[] = LEFT_OUT): Plugin {
  return {
    name: 'leave-out',
    setup(bundle) {
      const packages = realpathSync(resolve(root, 'node_modules'));
      const listed = new Map(list.map((entry) => [join(packages, entry.file), entry]));
      const met = new Set<string>();
      bundle.onLoad({ filter: /[\\/]node_modules[\\/].*\.m?js$/ }, ({ path }) => {
        const entry = listed.get(path);
        if (!entry) return undefined;
        met.add(entry.file);
        return { contents: contentsOf(entry, path), loader: 'js' };
      });
      bundle.onEnd(() => {
        const missed = list.filter(({ file }) => !met.has(file));
        return { errors: missed.map(({ file }) => ({ text: `${file} was not met: change LEFT_OUT (${NAME})` })) };
      });
    },
  };
}

const NAME = 'infra/left-out.ts';

function contentsOf({ file, instead }: LeftOut, path: string): string {
  if (typeof instead === 'string') return instead;
  const source = readFileSync(path, 'utf8');
  if (!source.includes(instead.text)) throw new Error(`${file} has changed: change LEFT_OUT (${NAME})`);
  return source.replace(instead.text, instead.by);
}
