import { z } from 'zod';
import { authentication } from '../authentication.ts';
import { headerList } from '../header.ts';
import { anyObject, flag, int64, text } from '../schema.ts';

export const webMetric = z
  .strictObject({
    method: text('GET, POST or PUT (default GET).').exactOptional(),
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
