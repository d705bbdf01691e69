#!/usr/bin/env node
import type { CommandTable } from './command.ts';
import { nodeComplaint } from './node-version.ts';

// A command is a file beside this one and a line here.
const COMMANDS: CommandTable = {
  run: () => import('./run.ts'),
  eval: () => import('./eval.ts'),
  lint: () => import('./lint.ts'),
  serve: () => import('./serve.ts'),
  schedules: () => import('./schedules.ts'),
  manifests: () => import('./manifests.ts'),
  clusters: () => import('./clusters.ts'),
  doctor: () => import('./doctor.ts'),
  completion: () => import('./completion.ts'),
  demo: () => import('./demo.ts'),
};

const complaint = nodeComplaint(process.versions.node);
if (complaint === undefined) {
  // Loaded only now: what an old Node cannot read would end it before the complaint.
  const { runThisProcess } = await import('./program.ts');
  await runThisProcess(COMMANDS);
} else {
  process.stderr.write(complaint);
  process.exitCode = 69;
}
