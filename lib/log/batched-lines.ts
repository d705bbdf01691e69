/**
 * Lines that are written together, those of one turn of the event loop: a file or a pipe costs a system call a write. What
 * is left when the process ends, by itself or by an error that nobody caught, is written then.
 */
export function batchedLines(write: (text: string) => void): { readonly write: (line: string) => void } {
  let waiting = '';
  const flush = (): void => {
    process.removeListener('exit', flush);
    const text = waiting;
    waiting = '';
    write(text);
  };
  return {
    write(line) {
      if (waiting === '') {
        setImmediate(flush);
        process.once('exit', flush);
      }
      waiting += line;
    },
  };
}
