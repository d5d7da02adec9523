import type { Settings } from './environment.ts';
import { httpUrl } from './values/listen-address.ts';

/** Returns the broker's origin: the public URL, or the listen address if there is none. */
export function publicUrlOf(settings: Settings): URL {
  return settings.LATCHKEY_PUBLIC_URL ?? httpUrl(settings.LATCHKEY_LISTEN);
}

/** Returns the origin and the base path, without a trailing slash. */
export function baseUrlOf(settings: Settings): string {
  return `${publicUrlOf(settings).origin}${settings.LATCHKEY_BASE_PATH ?? ''}`;
}
