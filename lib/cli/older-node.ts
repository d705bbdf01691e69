import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import workers from 'node:worker_threads';
import zlib from 'node:zlib';

/**
 * Makes up for what Node 20 and 22 lack of what Assay and its packages use. Imported before anything else there, so that
 * sources are written for the newest; the end-to-end test of the package runs it on the oldest.
 */
function makeUp(owner: object, name: string, value: unknown): void {
  if (!(name in owner)) Object.defineProperty(owner, name, { value, configurable: true, writable: true });
}

await import('core-js/actual/json/index.js');
await import('core-js/actual/map/group-by.js');
await import('core-js/actual/object/group-by.js');
await import('core-js/actual/promise/with-resolvers.js');

// undici marks what a worker must not be given. Nothing here is given to one.
makeUp(workers, 'markAsUncloneable', () => undefined);

// undici and axios look at what can be unpacked. Nothing here asks for what is packed.
makeUp(zlib, 'createZstdDecompress', () => {
  throw new Error('zstd takes Node 22.15 or newer');
});

/** The authorities that a connection trusts without `ca`: Node's own, and those of NODE_EXTRA_CA_CERTS. */
makeUp(tls, 'getCACertificates', () => {
  const { NODE_EXTRA_CA_CERTS: path } = process.env;
  return [...tls.rootCertificates, ...(path ? [readFileSync(path, 'utf8')] : [])];
});
