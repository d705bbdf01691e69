/**
 * A text from elsewhere in one line: line breaks become blanks, and control characters, with which it could take over
 * the terminal, become `�`.
 */
export function printable(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').replaceAll(/[\p{Cc}\p{Cf}]/gu, '\ufffd');
}
