import { z } from 'zod';
import { isLoopbackAddress } from './listen-address.ts';
import { text } from './text-settings.ts';

/** The path below which the broker serves its routes: `/x` or `/x/y`. */
export const basePath = text.regex(
  /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/,
  'must begin with a slash and not end with one, such as /latchkey; remove it to serve at the root',
);

/** The https URL of a page or picture that browsers fetch. */
export const webPage = text.refine(
  value => URL.parse(value)?.protocol === 'https:',
  'must be a complete https URL',
);

/** The URL of a service that the broker calls. `LATCHKEY_DEV_ALLOW_HTTP` decides whether http is allowed. */
export const serviceUrl = text.transform((value, context): URL => {
  const url = URL.parse(value) ?? new URL('invalid:');
  const isHttp = url.protocol === 'https:' || url.protocol === 'http:';
  if (!isHttp || url.username !== '' || url.password !== '' || /[?#]/.test(value)) {
    context.addIssue('must be an https URL without credentials, query or fragment');
  }
  return url;
});

/** An exact web origin: https, or http on a loopback address. No wildcard, no path, no trailing slash. */
export const webOrigin = z.string().superRefine((value, context) => {
  const url = URL.parse(value);
  if (url === null || !mayCall(url)) {
    context.addIssue(
      'must be an exact https origin (or http on 127.0.0.1 or [::1]); wildcards mean nothing here',
    );
  } else if (url.origin !== value) {
    context.addIssue(`must be an origin and nothing else; write ${url.origin}`);
  }
});

function mayCall(url: URL): boolean {
  if (url.hostname.includes('*')) return false;
  if (url.protocol === 'https:') return true;
  return url.protocol === 'http:' && isLoopbackAddress(url.hostname.replace(/^\[(.*)\]$/, '$1'));
}
