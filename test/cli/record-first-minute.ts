import { writeFileSync } from 'node:fs';
import { RECORDING, recordFirstMinute } from './first-minute.ts';

writeFileSync(RECORDING, await recordFirstMinute());
