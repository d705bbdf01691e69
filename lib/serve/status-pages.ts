import { type Route, textAnswer } from '../web/routes.ts';
import type { Serving } from './serve.ts';

/**
 * `/metrics`, `/healthz` (the process lives) and `/readyz` (the objects of at least one cluster are read: one that is
 * away must not stop the others from being served; a shard may have none).
 *
 * @param serving  undefined until it has begun: the pages are open before that
 */
export function statusPages(serving: () => Pick<Serving, 'metrics' | 'progress'> | undefined): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/metrics',
      answer() {
        const page = serving()?.metrics();
        return page ? { status: 200, ...page } : textAnswer(503, 'not serving\n');
      },
    },
    { method: 'GET', path: '/healthz', answer: () => textAnswer(200, 'ok\n') },
    {
      method: 'GET',
      path: '/readyz',
      answer() {
        const progress = serving()?.progress();
        const { synced = [], waiting = [] } = progress ?? {};
        const lines = [`synced: ${synced.join(', ') || 'none'}`, `waiting: ${waiting.join(', ') || 'none'}`, ''];
        return textAnswer(progress && (synced.length > 0 || waiting.length === 0) ? 200 : 503, lines.join('\n'));
      },
    },
  ];
}
