import { readFileSync } from 'node:fs';

const read = (name: string): string => readFileSync(new URL(`../../examples/${name}.yaml`, import.meta.url), 'utf8');

/**
 * The texts of examples/*.yaml that the demo plays. The bundle stands alone: infra/build.ts puts the texts there in
 * place of this file.
 */
export const EXAMPLES = {
  'success-rate': read('success-rate'),
  'error-budget': read('error-budget'),
  'health-page': read('health-page'),
  'smoke-test': read('smoke-test'),
} as const;
export type ExampleName = keyof typeof EXAMPLES;
