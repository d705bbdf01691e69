import { z } from 'zod';
import { may, must, mustEach, struct } from '../json-form.ts';
import type { ProviderRow } from '../provider-row.ts';
import { flag, int64, list, text } from '../schema.ts';

const scopeDetail = (description: string) =>
  z
    .strictObject({
      scope: text('Name of the scope.'),
      region: text('Region of the scope.'),
      step: int64('Seconds between two points.'),
      start: text('First time, RFC 3339.').exactOptional(),
      end: text('Last time, RFC 3339.').exactOptional(),
    })
    .describe(description);

const scope = z.strictObject({
  name: text('Name of the scope in the canary configuration.'),
  controlScope: scopeDetail('What is compared with.'),
  experimentScope: scopeDetail('What is judged.'),
});

const threshold = z
  .strictObject({
    pass: int64('Score from which the analysis is successful.'),
    marginal: int64('Score below which it fails; between the two it is inconclusive.'),
  })
  .describe('Scores, 0 to 100, that decide.');

const kayentaMetric = z
  .strictObject({
    address: text('URL of Kayenta.'),
    application: text('Name of the application.'),
    canaryConfigName: text('Name of the canary configuration.'),
    metricsAccountName: text('Account of the metrics.'),
    configurationAccountName: text('Account of the configuration.'),
    storageAccountName: text('Account of the storage.'),
    threshold,
    scopes: list(scope, 'What is compared with what.'),
    lookback: flag('Judge the time from the start on at every measurement.').exactOptional(),
  })
  .describe('A canary analysis by Kayenta.');
export type KayentaMetric = z.infer<typeof kayentaMetric>;

const name = must('');
const scopeJson = struct<z.infer<typeof scope>['controlScope']>({
  scope: name,
  region: name,
  step: must(0),
  start: may,
  end: may,
});

export const kayenta = {
  type: 'Kayenta',
  precedence: 3,
  schema: kayentaMetric,
  json: struct<KayentaMetric>({
    address: name,
    application: name,
    canaryConfigName: name,
    metricsAccountName: name,
    configurationAccountName: name,
    storageAccountName: name,
    threshold: struct<KayentaMetric['threshold']>({ pass: must(0), marginal: must(0) }),
    scopes: mustEach(struct<z.infer<typeof scope>>({ name, controlScope: scopeJson, experimentScope: scopeJson })),
    lookback: may,
  }),
  urls: ['address'],
} as const satisfies ProviderRow;
