/** Go's unicode.IsSpace. */
export function isSpace(character: string): boolean {
  return /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/u.test(character);
}

/** Whether a name may start with the character: a letter, `_` or `$`. */
export function isAlphabetic(character: string): boolean {
  return isAsciiLetter(character) || character === '_' || character === '$' || isBeyondAscii(character, /^\p{L}$/u);
}

/** Whether a name may go on with the character. */
export function isAlphanumeric(character: string): boolean {
  return (
    isAsciiLetter(character) ||
    isDigit(character) ||
    character === '_' ||
    character === '$' ||
    isBeyondAscii(character, /^[\p{L}\p{Nd}]$/u)
  );
}

/** Whether the character is one of `0` to `9`. */
export function isDigit(character: string): boolean {
  return character >= '0' && character <= '9' && character.length === 1;
}

/** Whether the whole text could be a name. */
export function isIdentifier(text: string): boolean {
  const [first, ...rest] = text;
  return first !== undefined && isAlphabetic(first) && rest.every(isAlphanumeric);
}

function isAsciiLetter(character: string): boolean {
  return character.length === 1 && ((character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z'));
}

function isBeyondAscii(character: string, pattern: RegExp): boolean {
  return character > '\u007f' && pattern.test(character);
}

/** Go's `%#U`: `U+0040 '@'`. */
export function showCharacter(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character) ? `U+${hex} '${character}'` : `U+${hex}`;
}
