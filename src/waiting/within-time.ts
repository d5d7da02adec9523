/** Waits for a promise for so many milliseconds, and then answers `late`; what is waited for goes on. */
export async function withinTime<T, Late>(ms: number, promise: Promise<T>, late: Late): Promise<T | Late> {
  const { promise: over, resolve } = Promise.withResolvers<Late>();
  const timer = setTimeout(resolve, ms, late).unref();
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
  }
}
