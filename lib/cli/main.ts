#!/usr/bin/env node
import { COMMANDS } from './commands.ts';
import { nodeComplaint } from './node-version.ts';

const complaint = nodeComplaint(process.versions.node);
if (complaint === undefined) {
  // Loaded only now: what an old Node cannot read would end it before the complaint.
  const { runThisProcess } = await import('./program.ts');
  await runThisProcess(COMMANDS);
} else {
  process.stderr.write(complaint);
  process.exitCode = 69;
}
