import type { Output } from './console.ts';
import { liveScreen } from './live-screen.ts';

/** How far many clusters have come: one line, drawn again and again. */
export interface Progress {
  done(isWell: boolean): void;
  /** Takes the line away. */
  close(): void;
}

/** Draws where a person is looking, and nothing elsewhere. @param verb `checked` */
export function showProgress(output: Output, verb: string, total: number): Progress {
  if (!output.isTerminal) return { done() {}, close() {} };
  const screen = liveScreen(output);
  let [count, ill] = [0, 0];
  const draw = (): void => {
    const wrong = ill === 0 ? '' : `, ${ill} with something wrong`;
    screen.draw([`${verb} ${count} of ${total} clusters${wrong}`]);
  };
  draw();
  return {
    done(isWell) {
      count += 1;
      if (!isWell) ill += 1;
      draw();
    },
    close: () => screen.close([]),
  };
}
