import type { z } from 'zod';
import { word } from './schema.ts';

/** Where a run, one of its metrics, a measurement or an experiment stands. Empty: not begun. */
export const analysisPhase = word(
  ['', 'Pending', 'Running', 'Successful', 'Failed', 'Error', 'Inconclusive'],
  'Pending, Running, Successful, Failed, Error or Inconclusive.',
);
export type AnalysisPhase = z.infer<typeof analysisPhase>;
