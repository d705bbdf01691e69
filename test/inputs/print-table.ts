import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProgram, inputNames, playInput } from './play-input.ts';

// `npm run inputs [NAME…]`: every input, what is right, what is seen.
const asked = process.argv.slice(2);
const names = inputNames().filter((name) => asked.length === 0 || asked.includes(name));
const built = mkdtempSync(join(tmpdir(), 'assay-inputs-'));
const program = await buildProgram(built);
let isAllOk = true;
for (const name of names) {
  const { expected, seen, ok } = await playInput(name, program);
  isAllOk &&= ok;
  process.stdout.write(
    `${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(28)}  ${expected}\n${ok ? '' : `      seen: ${seen}\n`}`,
  );
}
rmSync(built, { recursive: true });
process.stdout.write(`\n${names.length} inputs\n`);
process.exitCode = isAllOk ? 0 : 1;
