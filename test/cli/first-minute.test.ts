import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { RECORDING, recordFirstMinute } from './first-minute.ts';

test('the first minute is as it was recorded; otherwise `npm run first-minute`', async () => {
  expect(await recordFirstMinute()).toBe(readFileSync(RECORDING, 'utf8'));
});
