import { expect, test } from 'vitest';
import { AssayError } from '../../lib/model/errors.ts';
import { believedRetryMs } from '../../lib/model/retry-after.ts';

test.each([
  { name: 'nothing asked', ms: undefined, want: undefined },
  { name: 'at once', ms: 0, want: 0 },
  { name: 'seven seconds', ms: 7000, want: 7000 },
  { name: 'a minute', ms: 60_000, want: 60_000 },
  { name: 'a day', ms: 86_400_000, want: 60_000 },
  { name: 'more than a timer holds', ms: 3e9, want: 60_000 },
  { name: 'for ever', ms: Infinity, want: 60_000 },
  { name: 'what is no number', ms: Number.NaN, want: undefined },
  { name: 'the past', ms: -1, want: undefined },
])('$name: $want ms', ({ ms, want }) => {
  expect(believedRetryMs(ms)).toBe(want);
  const error = new AssayError('ASSAY_CLUSTER_THROTTLED', 'slow down', { retry: true, retryAfterMs: ms });
  expect(error.retryAfterMs).toBe(want);
});
