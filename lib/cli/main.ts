#!/usr/bin/env node
import { COMMANDS } from './commands.ts';
import { needsMakingUp, nodeComplaint } from './node-version.ts';

const complaint = nodeComplaint(process.versions.node);
if (complaint === undefined) {
  // Stacks then name the sources.
  if (process.env['ASSAY_DEBUG']) process.setSourceMapsEnabled(true);
  if (needsMakingUp(process.versions.node)) await import('./older-node.ts');
  // Loaded only now: what an old Node cannot read would end it before the complaint.
  const { runThisProcess } = await import('./program.ts');
  await runThisProcess(COMMANDS);
} else {
  process.stderr.write(complaint);
  process.exitCode = 69;
}
