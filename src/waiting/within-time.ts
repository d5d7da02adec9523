/** Waits up to `ms` for a promise and returns `late` if it takes longer. The awaited work continues. */
export async function withinTime<T, Late>(ms: number, promise: Promise<T>, late: Late): Promise<T | Late> {
  const { promise: expired, resolve } = Promise.withResolvers<Late>();
  const timer = setTimeout(resolve, ms, late).unref();
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}
