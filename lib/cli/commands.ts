import type { CommandTable } from './command.ts';

/** Every command. A new one is a file beside this one and a line here. */
export const COMMANDS: CommandTable = {
  run: () => import('./run.ts'),
  eval: () => import('./eval.ts'),
  lint: () => import('./lint.ts'),
  lsp: () => import('./lsp.ts'),
  serve: () => import('./serve.ts'),
  schedules: () => import('./schedules.ts'),
  manifests: () => import('./manifests.ts'),
  clusters: () => import('./clusters.ts'),
  connections: () => import('./connections.ts'),
  doctor: () => import('./doctor.ts'),
  completion: () => import('./completion.ts'),
  demo: () => import('./demo.ts'),
};
