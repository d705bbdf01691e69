/**
 * What `work` gives, if that comes in time. Else it is told to stop by its signal, and this rejects.
 *
 * @throws Error where `ms` have passed; no AssayError: somebody should look at it
 */
export async function withDeadline<T>(what: string, ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const control = new AbortController();
  const onLate = (): void => {
    const error = new Error(`${what} was not done in ${ms} ms`);
    reject(error);
    control.abort(error);
  };
  const timer = setTimeout(onLate, Math.max(ms, 0));
  try {
    const working = work(control.signal);
    working.catch(() => {});
    return await Promise.race([working, late]);
  } finally {
    clearTimeout(timer);
  }
}
