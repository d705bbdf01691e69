/**
 * What `work` gives, if that comes in time. Else it goes on unheard, and this rejects.
 *
 * @throws Error where `ms` have passed; no AssayError: somebody should look at it
 */
export async function withDeadline<T>(what: string, ms: number, work: () => Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what} was not done in ${ms} ms`)), Math.max(ms, 0));
  try {
    const working = work();
    working.catch(() => {});
    return await Promise.race([working, late]);
  } finally {
    clearTimeout(timer);
  }
}
