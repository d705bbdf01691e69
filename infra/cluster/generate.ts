import { mkdirSync, writeFileSync } from 'node:fs';
import { type SchemaKind, SCHEMAS } from '../../lib/model/schemas.ts';
import { crdFile } from './crd.ts';

/** `npm run generate`: writes the CRDs that the schemas in lib/model imply. */
const folder = new URL('crds/', import.meta.url);

mkdirSync(folder, { recursive: true });
for (const kind of Object.keys(SCHEMAS) as SchemaKind[]) {
  const { name, text } = crdFile(kind);
  writeFileSync(new URL(name, folder), text);
  console.log(`infra/cluster/crds/${name}: ${text.length} bytes`);
}
