import { z } from 'zod';

/** An exact origin as a browser or a web view sends it in `Origin`: `https://app.example`, `capacitor://localhost`. */
export const appOrigin = z
  .string()
  .max(256)
  .regex(
    /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9.[\]:-]+$/,
    'must be an exact origin in lower case; wildcards mean nothing here',
  )
  .refine(isOrigin, 'must be an origin and nothing else: no path, no default port');

/** Of a scheme that is not the web's there is no more to check: `URL` knows no origin of it. */
function isOrigin(text: string): boolean {
  return !/^https?:/.test(text) || URL.parse(text)?.origin === text;
}
