/** Reads `Retry-After` (RFC 9110 section 10.2.3): seconds or an HTTP date. Returns undefined for anything else. */
export function retryAfterSecondsOf(retryAfter: string | null | undefined): number | undefined {
  if (retryAfter === undefined || retryAfter === null) return undefined;
  if (/^\d{1,15}$/.test(retryAfter)) return Number(retryAfter);
  if (!retryAfter.endsWith(' GMT')) return undefined; // Date.parse accepts almost any text.
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}
