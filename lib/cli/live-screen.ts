import type { Output } from './console.ts';

/** The lines at the end of a terminal that are drawn again and again. */
export interface LiveScreen {
  /** Puts these lines in place of those drawn before. */
  draw(lines: readonly string[]): void;
  /** Writes a line above, to stay. */
  print(line: string): void;
  /** Leaves these lines, of any number and width, in place of those drawn before, and gives the cursor back. */
  close(lines: readonly string[]): void;
}

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_BELOW = '\u001b[J';

/** Lines drawn must not be wider than the terminal. Of more lines than it is high, the last are shown. */
export function liveScreen(output: Output): LiveScreen {
  let drawn: readonly string[] = [];
  let height = 0;
  const erase = () => (height > 0 ? `\u001b[${height}A\r${CLEAR_BELOW}` : '');
  const show = (lines: readonly string[], above = '') => {
    const erased = erase();
    height = lines.length;
    output.write(`${HIDE_CURSOR}${erased}${above}${lines.map((line) => `${line}\n`).join('')}`);
  };
  const fitting = () => drawn.slice(-Math.max(1, output.rows() - 1));
  return {
    draw(lines) {
      drawn = lines;
      show(fitting());
    },
    print: (line) => show(fitting(), `${line}\n`),
    close(lines) {
      show(lines);
      output.write(SHOW_CURSOR);
    },
  };
}
