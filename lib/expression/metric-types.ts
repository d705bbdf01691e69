import { ANY, EMPTY_STRUCT, FLOAT64_SLICE, STRING, TIME, define, pointerTo, sliceOf } from './go-type.ts';
import type { GoField, GoType } from './go-type.ts';

const NRDB = 'github.com/newrelic/newrelic-client-go/v2/pkg/nrdb';
const CLOUDWATCH = 'github.com/aws/aws-sdk-go-v2/service/cloudwatch/types';

function field(name: string, type: GoType): GoField {
  return { name, type, exported: true };
}

/** What the AWS SDK embeds in each of its structs. */
const SERDE: GoField = { name: 'noSmithyDocumentSerde', type: EMPTY_STRUCT, exported: false };

/** One row of a New Relic answer. */
export const NRDB_RESULT = define('map', NRDB, 'NRDBResult', { key: STRING, elem: ANY });
export const NRDB_RESULTS = sliceOf(NRDB_RESULT);

export const STRING_POINTER = pointerTo(STRING);
export const STATUS_CODE = define('string', CLOUDWATCH, 'StatusCode');
export const MESSAGE_DATA = define('struct', CLOUDWATCH, 'MessageData', {
  fields: [field('Code', STRING_POINTER), field('Value', STRING_POINTER), SERDE],
});
export const MESSAGES = sliceOf(MESSAGE_DATA);
export const TIMES = sliceOf(TIME);
/** One series of a CloudWatch answer. */
export const METRIC_DATA_RESULT = define('struct', CLOUDWATCH, 'MetricDataResult', {
  fields: [
    field('Id', STRING_POINTER),
    field('Label', STRING_POINTER),
    field('Messages', MESSAGES),
    field('StatusCode', STATUS_CODE),
    field('Timestamps', TIMES),
    field('Values', FLOAT64_SLICE),
    SERDE,
  ],
});
export const METRIC_DATA_RESULTS = sliceOf(METRIC_DATA_RESULT);
