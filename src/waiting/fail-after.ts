/**
 * Waits up to `ms` for a promise. The awaited work continues after that.
 *
 * @throws what `toError` returns if it takes longer, or what the promise rejects with
 */
export async function failAfter<T>(ms: number, promise: Promise<T>, toError: () => Error): Promise<T> {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(toError());
  }, ms);
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}
