import { expect, test } from 'vitest';
import { jsonLog } from '../../lib/log/json-log.ts';

test('a line of JSON a call', () => {
  const lines: string[] = [];
  const log = jsonLog(
    (line) => lines.push(line),
    () => new Date('2026-11-05T10:00:00Z'),
  );
  log.info('step', { phase: 'Running', nextAt: new Date('2026-11-05T10:00:05Z') });
  log.warn('watch failed');
  log.error('step failed', { error: 'two\nlines' });
  expect(lines).toEqual([
    '{"time":"2026-11-05T10:00:00.000Z","level":"info","message":"step","phase":"Running","nextAt":"2026-11-05T10:00:05.000Z"}\n',
    '{"time":"2026-11-05T10:00:00.000Z","level":"warn","message":"watch failed"}\n',
    '{"time":"2026-11-05T10:00:00.000Z","level":"error","message":"step failed","error":"two\\nlines"}\n',
  ]);
});
