import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { expect, test } from 'vitest';
import { IMAGE_CONFIG } from '../../infra/image/build.ts';
import { type ImageFile, textFile } from '../../infra/image/image-file.ts';
import { digestOf, type Layer, makeLayer } from '../../infra/image/layer.ts';
import PINS from '../../infra/image/pins.json' with { type: 'json' };
import { CLUSTER_BASE } from '../../lib/cli/cluster-base.ts';
import packageJson from '../../package.json' with { type: 'json' };

const FILES: readonly ImageFile[] = [
  { path: 'usr/bin/node', content: Buffer.from('node'), isProgram: true },
  textFile('etc/passwd', 'root'),
  { path: 'lib/libc.so', link: 'libc.so.6' },
];

/** What is in a layer, in its order. */
async function entriesOf({ blob }: Layer): Promise<readonly Header[]> {
  const reader = extract();
  reader.end(gunzipSync(blob));
  const headers: Header[] = [];
  for await (const entry of reader) {
    headers.push(entry.header);
    await buffer(entry);
  }
  return headers;
}

test('a layer is the same in whatever order its files come, and names itself by its tar file', async () => {
  const [layer, turned] = [await makeLayer(FILES), await makeLayer(FILES.toReversed())];
  expect(turned).toEqual(layer);
  expect(layer.diffId).toBe(digestOf(gunzipSync(layer.blob)));
  expect(layer.unpackedBytes).toBe('node'.length + 'root'.length);
});

test('folders come before what is in them, all is root’s, of no time, and nobody may write it', async () => {
  const entries = await entriesOf(await makeLayer(FILES));
  expect(entries.map(({ name, mode, type }) => [name, type, mode.toString(8)])).toEqual([
    ['etc/', 'directory', '755'],
    ['lib/', 'directory', '755'],
    ['usr/', 'directory', '755'],
    ['usr/bin/', 'directory', '755'],
    ['etc/passwd', 'file', '444'],
    ['lib/libc.so', 'symlink', '777'],
    ['usr/bin/node', 'file', '555'],
  ]);
  for (const { uid, gid, mtime, uname, gname } of entries)
    expect({ uid, gid, uname, gname, at: mtime?.getTime() }).toEqual({ uid: 0, gid: 0, uname: '', gname: '', at: 0 });
});

test('Node is the one that the tests run on', () => {
  expect(PINS.node.version).toBe(packageJson.devDependencies.node);
});

test('Dockerfile makes the same: Node, what starts, and the files', () => {
  const dockerfile = readFileSync('infra/image/Dockerfile', 'utf8');
  const lineOf = (word: string): unknown =>
    JSON.parse(new RegExp(`^${word} (.*)$`, 'm').exec(dockerfile)?.[1] ?? 'null');
  expect(dockerfile).toContain(`FROM node:${PINS.node.version}-`);
  expect(lineOf('ENTRYPOINT')).toEqual(IMAGE_CONFIG.Entrypoint);
  expect(lineOf('CMD')).toEqual(IMAGE_CONFIG.Cmd);
  expect(dockerfile).toContain(`ENV ${IMAGE_CONFIG.Env[0]}\n`);
  const copied = /^COPY (.*) \/assay\/dist\/$/m.exec(dockerfile)?.[1]?.split(' ') ?? [];
  const packed = packageJson.files.filter((name) => name !== 'dist/chunks');
  expect(copied.toSorted()).toEqual([...packed, 'dist/webhook.mjs'].toSorted());
});

test('the webhook is started by the Node of the image', () => {
  const [node = ''] = IMAGE_CONFIG.Entrypoint;
  const command = [`            - ${node}\n`, '            - /assay/dist/webhook.mjs\n'];
  for (const line of command) expect(CLUSTER_BASE.join('\n')).toContain(line);
});
