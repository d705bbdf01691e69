import { defineConfig } from 'vitest/config';

/** A busy machine is no failure: what hangs is ended all the same. */
const PATIENCE = { testTimeout: 60_000, hookTimeout: 60_000 };

/** `npm test` runs everything that needs nothing but Node; real servers are in the e2e project, run by name. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/vectors/**'],
          ...PATIENCE,
        },
      },
      { test: { name: 'vectors', include: ['test/vectors/**/*.test.ts'], ...PATIENCE } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
    ],
    coverage: { include: ['lib/**'], reporter: ['text', 'json-summary'] },
  },
});
