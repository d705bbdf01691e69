import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** A limit for what hangs: a test that is only slow, on a machine with much else to do, never meets it. */
const patience = { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 30_000 } } };

/** What is built is tested as it was built, by processes of its own: half a minute of a processor, with the servers. */
const BUILT = [
  'test/cli/bundle.test.ts',
  'test/cli/lsp.test.ts',
  'test/infra/build-functions.test.ts',
  'test/inputs/inputs.test.ts',
];
const LATENESS = ['test/e2e/aws/neighbours.test.ts'];
const onServers = { testTimeout: 120_000, hookTimeout: 900_000, isolate: false, sequence: { groupOrder: 1 } };

/**
 * `npm test` runs everything that needs nothing but Node; real servers are in the e2e project, run by name.
 *
 * Test files share the modules of their worker (`isolate: false`): to load them anew for each file took more than half of
 * the processor time of a run. So a file puts back what it changes: timers, the environment, spies. Modules that it mocks are
 * seen to by test/own-modules.ts.
 */
export default defineConfig({
  test: {
    // Two workers more than processors: files that wait, for processes and deadlines, leave none idle.
    maxWorkers: availableParallelism() + 2,
    isolate: false,
    setupFiles: ['test/own-modules.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/vectors/**', ...BUILT],
          ...patience,
        },
      },
      { extends: true, test: { name: 'vectors', include: ['test/vectors/**/*.test.ts'], ...patience } },
      {
        // Three workers, each with a control plane that its files share: most of a test's time is waiting.
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', ...BUILT],
          exclude: LATENESS,
          ...onServers,
          maxWorkers: 3,
        },
      },
      {
        // What compares lateness has the machine to itself.
        test: { name: 'e2e-alone', include: LATENESS, ...onServers, maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
    ],
    coverage: { include: ['lib/**'], reporter: ['text', 'json-summary'] },
  },
});
