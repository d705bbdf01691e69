import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureInstalled } from './aws/install.ts';

const run = promisify(execFile);

/** Of an attribute of a resource, what the bindings for TypeScript that are generated from a provider tell. */
export interface AttributeShape {
  /** `string`, `bool`, `number`, `map of string`, `set of string`, … */
  readonly type: string;
  readonly given: 'must be' | 'may be' | 'never';
}

/**
 * The attributes of a resource of the real provider hashicorp/aws, by its type without `aws_`; blocks are left out. They are
 * those of the version that the pinned bindings were generated from. The bindings do not tell which attributes that may be
 * given are computed otherwise.
 */
export async function attributesOfRealProvider(type: string): Promise<ReadonlyMap<string, AttributeShape>> {
  const folder = join(await ensureBindings(), 'package/lib', type.replaceAll('_', '-'));
  const declared = readFileSync(join(folder, 'index.d.ts'), 'utf8');
  const made = readFileSync(join(folder, 'index.js'), 'utf8');
  const config = /export interface \w+Config extends .*?\n}/s.exec(declared)?.[0] ?? '';
  const attributes = new Map<string, AttributeShape>();
  for (const [, name = '', optional, shape = ''] of config.matchAll(/readonly (\w+)(\?)?: ({.*?}|.*?);\n/gs)) {
    const attribute = snakeCase(name);
    const kind = new RegExp(`\\b${attribute}: {[^}]*isBlock: false,[^}]*type: "(\\w+)"`).exec(made)?.[1];
    const of = typeOf(shape, kind);
    if (of !== undefined) attributes.set(attribute, { type: of, given: optional === undefined ? 'must be' : 'may be' });
  }
  const resource = declared.slice(declared.indexOf('extends cdktn.TerraformResource'));
  for (const [, name = '', shape = ''] of resource.matchAll(/^ {4}get (\w+)\(\): (.*);$/gm)) {
    const of = typeOf(shape, undefined);
    const attribute = snakeCase(name);
    if (of !== undefined && !attributes.has(attribute)) attributes.set(attribute, { type: of, given: 'never' });
  }
  return attributes;
}

function typeOf(shape: string, kind: string | undefined): string | undefined {
  if (shape.startsWith('boolean')) return 'bool';
  if (shape === 'string[]' && kind !== undefined) return `${kind} of string`;
  if (shape === 'cdktn.StringMap' || /^{\s*\[key: string]: string;\s*}$/.test(shape)) return 'map of string';
  return shape === 'string' || shape === 'number' ? shape : undefined;
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Promises the folder of the bindings, of which only what the tests look at is kept; 46 MB come the first time. */
export function ensureBindings(): Promise<string> {
  return ensureInstalled({
    name: 'aws-provider-schema',
    pins: join(import.meta.dirname, 'aws-provider-schema/pins.json'),
    needs: 'the schema of the provider hashicorp/aws needs npm, tar, and the package that is pinned',
    install: async (folder, pins) => {
      const pinned = JSON.parse(await readFile(pins, 'utf8')) as {
        readonly package: string;
        readonly integrity: string;
      };
      const { stdout } = await run('npm', ['pack', pinned.package, '--silent', '--pack-destination', folder]);
      const archive = join(folder, stdout.trim());
      const digest = createHash('sha512')
        .update(await readFile(archive))
        .digest('base64');
      if (`sha512-${digest}` !== pinned.integrity) throw new Error(`${pinned.package} is not what was pinned`);
      const kept = ['s3-bucket', 's3-bucket-public-access-block', 's3-object', 'cloudformation-stack'];
      await run('tar', ['-xzf', archive, '-C', folder, ...kept.map((name) => `package/lib/${name}`)]);
      await rm(archive);
    },
  });
}
