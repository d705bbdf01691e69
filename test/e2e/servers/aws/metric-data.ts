/** One value of a metric. */
export interface MetricDatum {
  readonly namespace: string;
  readonly metricName: string;
  /** Its only dimension. */
  readonly service: string;
  readonly value: number;
}

/** What PutMetricData does with points of now; signed by nobody, which an emulator does not mind. */
export async function putMetricData(endpoint: string, region: string, data: readonly MetricDatum[]): Promise<void> {
  for (const { namespace, metricName, service, value } of data) {
    const datum = { MetricName: metricName, Dimensions: [{ Name: 'service', Value: service }], Value: value };
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'GraniteServiceVersion20100801.PutMetricData',
        // By which it is found whom the request is for.
        authorization: `AWS4-HMAC-SHA256 Credential=nobody/20260101/${region}/monitoring/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify({ Namespace: namespace, MetricData: [{ ...datum, Timestamp: Date.now() / 1000 - 1 }] }),
    });
    if (!answer.ok) throw new Error(`PutMetricData: ${answer.status} ${await answer.text()}`);
  }
}
