import { expect, test } from 'vitest';
import { formatted } from '../../../lib/expression/go/formatted.ts';

test.each([
  { name: 'nothing to format', message: 'all well', want: 'all well' },
  { name: 'a flag and a letter', message: '50% of requests', want: '50%!o(MISSING)f requests' },
  { name: 'a per cent sign that is meant', message: '50%% of it', want: '50% of it' },
  { name: 'at the end', message: 'failed at 50%', want: 'failed at 50%!(NOVERB)' },
  { name: 'with a dot at the end', message: '50%.', want: '50%!.(MISSING)' },
  { name: 'width and precision', message: '%-8.3f', want: '%!f(MISSING)' },
  { name: 'a width that is asked for', message: '%*d', want: '%!(BADWIDTH)%!d(MISSING)' },
  { name: 'a precision that is asked for', message: '%.*d', want: '%!(BADPREC)%!d(MISSING)' },
  { name: 'an index', message: '%[1]d and %.[2]3d', want: '%!d(BADINDEX) and %!d(BADINDEX)' },
  { name: 'an index that is not closed', message: '%[d', want: '%!d(BADINDEX)' },
  { name: 'a letter beyond ASCII', message: '5 %é', want: '5 %!é(MISSING)' },
  { name: 'over lines', message: 'a%\nb', want: 'a%!\n(MISSING)b' },
])('$name', ({ message, want }) => {
  expect(formatted(message)).toBe(want);
});
