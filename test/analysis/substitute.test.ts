import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillTags, fillTemplate, parseTemplate, splitAtTags } from '../../lib/analysis/substitute.ts';

test.each([
  { text: '', texts: [''], tags: [] },
  { text: 'a{{b}}c', texts: ['a', 'c'], tags: ['b'] },
  { text: '{{{a}}}', texts: ['', '}'], tags: ['{a'] },
  { text: '}}{{a}}', texts: ['}}', ''], tags: ['a'] },
  { text: '{{a{{b}}', texts: ['', ''], tags: ['a{{b'] },
])('$text is split into $texts and $tags', ({ text, texts, tags }) => {
  expect(splitAtTags(text)).toStrictEqual({ texts, tags });
});

test('a tag without an end', () => {
  expect(splitAtTags('{{a}}b{{c')).toStrictEqual({ texts: ['', 'b'], tags: ['a'], unclosed: 'c' });
  expect(fillTags(splitAtTags('{{a}}b{{c'), new Map([['a', '1']]))).toStrictEqual({ filled: '1b' });
});

test.each(['a', ' a ', '\ta\n', '\u0085a\u00a0', '\u2003a'])('blanks around %j do not count', (tag) => {
  expect(fillTemplate(parseTemplate(`{{${tag}}}`), new Map([['a', '1']]))).toBe('1');
});

test('a byte order mark is no blank', () => {
  expect(() => fillTemplate(parseTemplate('{{\ufeffa}}'), new Map([['a', '1']]))).toThrow('failed to resolve');
});

test('splitting loses nothing', () => {
  const pieces = fc.array(fc.constantFrom('{', '}', '{{', '}}', 'a', ' '));
  fc.assert(
    fc.property(pieces, (parts) => {
      const text = parts.join('');
      const { texts, tags, unclosed } = splitAtTags(text);
      const joined = texts.map((part, index) => part + (index in tags ? `{{${tags[index]}}}` : '')).join('');
      expect(joined + (unclosed === undefined ? '' : `{{${unclosed}`)).toBe(text);
    }),
  );
});
