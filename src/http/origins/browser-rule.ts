const READING_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** The three headers that tell where a request comes from. */
export type RequestOrigin = {
  readonly origin: string | undefined;
  readonly secFetchSite: string | undefined;
  readonly csrfHeader: string | undefined;
};

/** `own`: all present headers say same-origin. `foreign`: one does not. `unmarked`: none is present. */
export type RequestProvenance = 'own' | 'foreign' | 'unmarked';

/**
 * Decides where a request comes from (Fetch Metadata, RFC 6454). To a browser a listed sibling origin is `same-site`, so
 * its `Origin` decides.
 *
 * @param origins those that count as the broker's own
 */
export function decideProvenance(request: RequestOrigin, origins: readonly string[]): RequestProvenance {
  const { origin, secFetchSite } = request;
  if (origin === undefined && secFetchSite === undefined) return 'unmarked';
  if (origin !== undefined && !origins.includes(origin)) return 'foreign';
  if (secFetchSite === undefined || secFetchSite === 'same-origin') return 'own';
  return secFetchSite === 'same-site' && origin !== undefined ? 'own' : 'foreign';
}

/** Whether a request with this method changes nothing (RFC 9110 section 9.2.1). */
export function isReading(method: string): boolean {
  return READING_METHODS.includes(method);
}

/** Whether a request with a cookie may change something: it is `own`, or `unmarked` with the CSRF header. */
export function isAllowedWithCookie(request: RequestOrigin, origins: readonly string[]): boolean {
  const provenance = decideProvenance(request, origins);
  return provenance === 'own' || (provenance === 'unmarked' && request.csrfHeader === '1');
}

/** Reads where a request comes from out of its headers. */
export function readRequestOrigin(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): RequestOrigin {
  const single = (name: string) => headers[name]?.toString();
  return {
    origin: single('origin'),
    secFetchSite: single('sec-fetch-site'),
    csrfHeader: single('x-latchkey-csrf'),
  };
}
