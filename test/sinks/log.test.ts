import { expect, test } from 'vitest';
import { logBus } from '../../lib/sinks/log.ts';
import { anEvent } from '../contract/bus.ts';

test('one line an event, with its type and its detail', async () => {
  const lines: unknown[] = [];
  const bus = logBus({ info: (...line) => void lines.push(line), warn() {}, error() {} });
  const events = ['a', 'b'].map(anEvent);
  await bus.publish(events);
  expect(lines).toEqual(events.map(({ detailType, detail }) => [detailType, detail]));
});
