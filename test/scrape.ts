import type { Page } from '../lib/serve/prometheus-meter.ts';
import type { Serving } from '../lib/serve/serve.ts';

/** The page of `/metrics`, whole; empty where nothing is served. */
export async function scrape(serving: Pick<Serving, 'metrics'> | undefined): Promise<string> {
  return serving ? textOf(serving.metrics()) : '';
}

export async function textOf({ body }: Page): Promise<string> {
  let text = '';
  for await (const part of body) text += part;
  return text;
}
