const READING_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** The three headers in which a browser, or a caller who is none, says where a request comes from. */
export type RequestOrigin = {
  readonly origin: string | undefined;
  readonly secFetchSite: string | undefined;
  readonly csrfHeader: string | undefined;
};

/** `own`: every mark that is present says same-origin; `foreign`: one says otherwise; `unmarked`: there is none. */
export type RequestProvenance = 'own' | 'foreign' | 'unmarked';

/**
 * Decides where a request comes from (Fetch Metadata, RFC 6454). `origins` are those that count as our own. A
 * listed sibling origin is `same-site` to the browser, therefore its `Origin` decides.
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

/** Whether a request that carries a cookie may change something: it is our own, or says so in the CSRF header. */
export function isAllowedWithCookie(request: RequestOrigin, origins: readonly string[]): boolean {
  const provenance = decideProvenance(request, origins);
  return provenance === 'own' || (provenance === 'unmarked' && request.csrfHeader === '1');
}

/** Reads the marks of a request from its headers. */
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
