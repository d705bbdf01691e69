import { readFileSync } from 'node:fs';
import { afterAll, expect, vi } from 'vitest';

// Before each test file. Files share the modules of their worker: one that puts others in the place of some is to find
// nothing loaded, which would not notice, and to leave nothing, which would go on with what it put there.
const { testPath = '' } = expect.getState();
if (readFileSync(testPath, 'utf8').includes('vi.mock(')) {
  vi.resetModules();
  afterAll(() => vi.resetModules());
}
