import { z } from 'zod';
import { authentication, authenticationJson } from '../authentication.ts';
import { headerList, headerListJson } from '../header.ts';
import { may, must, set, struct } from '../json-form.ts';
import type { ProviderRow } from '../provider-row.ts';
import { anyObject, flag, int64, text } from '../schema.ts';

const webMetric = z
  .strictObject({
    method: text('HTTP method (default GET).').exactOptional(),
    url: text('URL to request.'),
    headers: headerList.exactOptional(),
    body: text('Body to send with POST or PUT.').exactOptional(),
    timeoutSeconds: int64('Seconds that the request may take (default 10).').exactOptional(),
    jsonPath: text(
      'JSONPath of the result within the answer, such as {$.data.ok} (default: all of it).',
    ).exactOptional(),
    insecure: flag('Accept any TLS certificate.').exactOptional(),
    jsonBody: anyObject('Body to send as JSON with POST or PUT.').exactOptional(),
    authentication: authentication.exactOptional(),
  })
  .describe('An HTTP request with a JSON answer.');
export type WebMetric = z.infer<typeof webMetric>;

export const web = {
  type: 'Web',
  precedence: 4,
  schema: webMetric,
  json: struct<WebMetric>({
    method: may,
    url: must(''),
    headers: headerListJson,
    body: may,
    timeoutSeconds: may,
    jsonPath: may,
    insecure: may,
    jsonBody: set,
    authentication: authenticationJson,
  }),
  urls: ['url'],
  harmless: { method: 'GET' },
} as const satisfies ProviderRow;
