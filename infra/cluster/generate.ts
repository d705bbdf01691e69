import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type SchemaKind, SCHEMAS } from '../../lib/model/schemas.ts';
import { chartFiles, withChartValues } from '../helm/chart-files.ts';
import { crdFile } from './crd.ts';

/** `npm run generate`: writes the CRDs that the schemas in lib/model imply, and the chart that infra/cluster does, with its docs. */
const folder = new URL('crds/', import.meta.url);

mkdirSync(folder, { recursive: true });
for (const kind of Object.keys(SCHEMAS) as SchemaKind[]) {
  const { name, text } = crdFile(kind);
  writeFileSync(new URL(name, folder), text);
  console.log(`infra/cluster/crds/${name}: ${text.length} bytes`);
}

const chart = new URL('../chart/', import.meta.url);
for (const [path, text] of Object.entries(chartFiles())) {
  const file = new URL(path, chart);
  mkdirSync(new URL('.', file), { recursive: true });
  writeFileSync(file, text);
  console.log(`infra/chart/${path}: ${text.length} bytes`);
}

const docs = new URL('../../docs/install.md', import.meta.url);
writeFileSync(docs, withChartValues(readFileSync(docs, 'utf8')));
