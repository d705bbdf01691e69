import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { type ImageFile, textFile } from './image-file.ts';
import PINS from './pins.json' with { type: 'json' };

export type Architecture = 'amd64' | 'arm64';

/** What npm calls them. */
const NPM_NAMES = { amd64: 'x64', arm64: 'arm64' } as const;
const { ASSAY_CACHE, XDG_CACHE_HOME = join(homedir(), '.cache') } = process.env;
/** Where what is fetched stays. */
const CACHE = join(ASSAY_CACHE ?? join(XDG_CACHE_HOME, 'assay'), 'image');
const DEBIAN_SOURCES = ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list'];

/** What Node and its lookups of names load, of the packages in pins.json. */
const LIBRARIES = new RegExp(
  String.raw`/(ld-linux-[\w-]+\.so\.\d|lib(c|m|dl|pthread|rt|resolv|nss_dns|nss_files|gcc_s|stdc\+\+)\.so\.[\d.]+)$`,
);
const LICENSES = /\/usr\/share\/doc\/[^/]+\/copyright$/;

/** A user that is not root, for whoever asks after its name; hosts are looked up in files, then by DNS. */
const SETTINGS = [
  textFile('etc/passwd', 'root:x:0:0:root:/:/none\nnonroot:x:65532:65532:nonroot:/:/none\n'),
  textFile('etc/group', 'root:x:0:\nnonroot:x:65532:\n'),
  textFile('etc/nsswitch.conf', 'hosts: files dns\n'),
  // Scanners find the packages by these.
  textFile('etc/os-release', 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Node on libraries of Debian 12"\n'),
];

const run = promisify(execFile);

/**
 * What stands below Assay: Node as npm has it, the libraries of Debian that it loads, and a user.
 *
 * Both are fetched once, and kept. Node is what pins.json says, or nothing. Debian's archive keeps no version but the
 * newest: where it has a newer one, which its signature vouches for, that is taken, and it is said; with `locked` refused.
 */
export async function readBase(architecture: Architecture, { locked = false } = {}): Promise<readonly ImageFile[]> {
  mkdirSync(CACHE, { recursive: true });
  const packages = await fetchDebian(architecture, locked);
  const libraries = await Promise.all(packages.map(readDebian));
  return [...SETTINGS, ...(await readNode(await fetchNode(architecture))), ...libraries.flat()];
}

async function fetchNode(architecture: Architecture): Promise<string> {
  const { version, integrity } = PINS.node;
  const name = `node-linux-${NPM_NAMES[architecture]}`;
  const path = join(CACHE, `${name}-${version}.tgz`);
  if (!existsSync(path)) {
    const folder = mkdtempSync(join(CACHE, 'partial-'));
    await run('npm', ['pack', '--silent', `${name}@${version}`, '--pack-destination', folder], { cwd: folder });
    renameSync(join(folder, `${name}-${version}.tgz`), path);
    rmSync(folder, { recursive: true });
  }
  const found = `sha512-${createHash('sha512').update(readFileSync(path)).digest('base64')}`;
  if (found === integrity[architecture]) return path;
  rmSync(path);
  throw new Error(`${name}@${version} is not what infra/image/pins.json says, but ${found}`);
}

async function readNode(path: string): Promise<readonly ImageFile[]> {
  const files = await readTar(readFileSync(path), createGunzip(), (name) =>
    /^\/package\/(bin\/node|LICENSE)$/.test(name),
  );
  return files.map((file) =>
    file.path === 'package/bin/node'
      ? { ...file, path: 'usr/local/bin/node' }
      : { ...file, path: 'usr/share/doc/node/copyright' },
  );
}

/** The files of the packages, by the sums that are pinned, or what there is. */
async function fetchDebian(architecture: Architecture, locked: boolean): Promise<readonly string[]> {
  const pinned = new Map(Object.entries(PINS.debian).map(([name, sums]) => [name, sums[architecture]]));
  if ([...pinned.values()].every((sum) => existsSync(cachedPath(sum)))) return [...pinned.values()].map(cachedPath);
  const folder = mkdtempSync(join(tmpdir(), 'assay-debian-'));
  try {
    await download(architecture, [...pinned.keys()], folder);
    const files = readdirSync(folder).filter((each) => each.endsWith('.deb'));
    return files.map((file) => {
      const [sum, [name = '']] = [sumOf(join(folder, file)), file.split('_')];
      if (pinned.get(name) !== sum) reportNewer(`${file} (sha256 ${sum})`, locked);
      keep(join(folder, file), cachedPath(sum));
      return cachedPath(sum);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function reportNewer(what: string, locked: boolean): void {
  const news = `Debian has ${what}, which is not that of infra/image/pins.json`;
  if (locked) throw new Error(news);
  process.stderr.write(`image: ${news}: it is taken all the same\n`);
}

function cachedPath(sum: string): string {
  return join(CACHE, `${sum}.deb`);
}

/** With lists of its own: those of this machine stay as they are, and know its own architecture alone. */
async function download(architecture: Architecture, names: readonly string[], folder: string): Promise<void> {
  const sources = DEBIAN_SOURCES.find((path) => existsSync(path));
  if (sources === undefined) throw new Error('the libraries of the image come from Debian 12, by its apt-get');
  for (const part of ['state/lists/partial', 'cache/archives/partial'])
    mkdirSync(join(folder, part), { recursive: true });
  const settings = {
    'APT::Architecture': architecture,
    'APT::Architectures': architecture,
    'APT::Sandbox::User': 'root',
    'Dir::State': join(folder, 'state'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': join(folder, 'cache'),
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '-',
  };
  const options = ['-q', ...Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`])];
  await run('apt-get', [...options, 'update'], { cwd: folder });
  await run('apt-get', [...options, 'download', ...names], { cwd: folder });
}

/** Whole or not at all: others may do the same meanwhile. */
function keep(from: string, to: string): void {
  const partial = `${to}.${process.pid}`;
  copyFileSync(from, partial);
  renameSync(partial, to);
}

function sumOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

async function readDebian(path: string): Promise<readonly ImageFile[]> {
  const options = { encoding: 'buffer', maxBuffer: 100_000_000 } as const;
  const { stdout: tar } = await run('dpkg-deb', ['--fsys-tarfile', path], options);
  const { stdout: control } = await run('dpkg-deb', ['--field', path]);
  const name = /^Package: (.*)$/m.exec(control)?.[1] ?? '';
  const files = await readTar(tar, undefined, (file) => LIBRARIES.test(file) || LICENSES.test(file));
  return [...files, textFile(`var/lib/dpkg/status.d/${name}`, `${control.trimEnd()}\nStatus: install ok installed\n`)];
}

/** What is wanted of a tar file. Links are read too. */
async function readTar(
  bytes: Buffer,
  unpack: NodeJS.ReadWriteStream | undefined,
  wants: (path: string) => boolean,
): Promise<ImageFile[]> {
  const files: ImageFile[] = [];
  const reader = extract();
  const source = Readable.from([bytes]);
  const done = unpack === undefined ? pipeline(source, reader) : pipeline(source, unpack, reader);
  for await (const entry of reader) {
    const file = fileOf(entry.header);
    const content = await buffer(entry);
    if (file && wants(`/${file.path}`)) files.push(file.link === undefined ? { ...file, content } : file);
  }
  await done;
  return files;
}

function fileOf({ name, type, linkname, mode }: Header): ImageFile | undefined {
  const path = posix.normalize(name).replace(/^\//, '');
  if (type === 'symlink' && linkname) return { path, link: linkname };
  return type === 'file' ? { path, isProgram: (mode & 0o111) !== 0 } : undefined;
}
