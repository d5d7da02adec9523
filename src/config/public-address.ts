import type { Settings } from './environment.ts';
import { httpUrl } from './values/listen-address.ts';

/** The broker's origin: the public URL, or where the broker listens when there is none. */
export function publicUrlOf(settings: Settings): URL {
  return settings.LATCHKEY_PUBLIC_URL ?? httpUrl(settings.LATCHKEY_LISTEN);
}

/** The origin and the base path, without a trailing slash. */
export function baseUrlOf(settings: Settings): string {
  return `${publicUrlOf(settings).origin}${settings.LATCHKEY_BASE_PATH ?? ''}`;
}
