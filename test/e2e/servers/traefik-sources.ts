import { chmod, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { goModuleFolder } from './go-module.ts';
import { createScratchFolder } from './scratch-folder.ts';

const LEGO = 'github.com/go-acme/lego/v5';
const LEGO_FOLDERS = [
  'acme',
  'certcrypto',
  'certificate',
  'challenge',
  'internal',
  'lego',
  'log',
  'platform',
  'registration',
];
const NO_DNS_PROVIDERS = `package dns

import (
	"errors"

	"${LEGO}/challenge"
)

func NewDNSChallengeProviderByName(string) (challenge.Provider, error) {
	return nil, errors.New("built without DNS providers")
}
`;
const NO_EXTENSION = `package ext

type HTTP struct{}

type Router struct{}
`;

/**
 * Promises a folder from which Traefik can be built: beside `module`'s own files, what its go.mod puts in place of two
 * modules. Its client of certificate authorities comes without the DNS services, since not all of their modules can be had;
 * its hook for extensions is in no module at all, and is empty.
 */
export async function layTraefikSources(module: string): Promise<string> {
  const folder = createScratchFolder('traefik-sources');
  for (const name of await readdir(module)) await cp(join(module, name), join(folder, name));

  const goMod = await readFile(join(module, 'go.mod'), 'utf8');
  const version = new RegExp(`^\\s*${LEGO} (v\\S+)`, 'm').exec(goMod)?.[1];
  if (version === undefined) throw new Error(`${join(module, 'go.mod')} requires no ${LEGO}`);
  const [lego, dns] = [join(folder, 'lego'), join(folder, 'lego/providers/dns')];
  const original = await goModuleFolder(LEGO, version);
  for (const name of LEGO_FOLDERS) await cp(join(original, name), join(lego, name), { recursive: true });
  // Folders of modules are read-only, and so are copies of them: nobody could remove what is in them.
  for (const entry of await readdir(lego, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) await chmod(join(entry.parentPath, entry.name), 0o755);
  }
  await mkdir(dns, { recursive: true });
  await writeFile(join(dns, 'dns.go'), NO_DNS_PROVIDERS);
  await writeFile(join(lego, 'go.mod'), `module ${LEGO}\n\ngo 1.25.0\n`);

  const ext = join(folder, 'ext');
  await mkdir(ext);
  await writeFile(join(ext, 'ext.go'), NO_EXTENSION);
  await writeFile(join(ext, 'go.mod'), 'module github.com/traefik/traefik/dynamic/ext\n\ngo 1.25.0\n');
  return folder;
}
