import { z } from 'zod';

/** An exact origin, as a browser or a web view sends it: `https://app.example`, `capacitor://localhost`. */
export const appOrigin = z
  .string()
  .max(256)
  .regex(
    /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9.[\]:-]+$/,
    'must be one exact origin in lower case without wildcards, such as https://app.example',
  )
  .refine(isOrigin, 'must be an origin without a path or a default port, such as https://app.example');

/** Only http and https origins are checked further: `URL` knows no origin of other schemes. */
function isOrigin(text: string): boolean {
  return !/^https?:/.test(text) || URL.parse(text)?.origin === text;
}
