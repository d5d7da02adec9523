import type { Config } from '../config/config.ts';
import { BrokerError } from '../errors/broker-error.ts';

/**
 * Decides where a login leads: a path of our own, or an address at a listed origin.
 *
 * @returns a path that begins with one `/`, or an absolute URL
 * @throws BrokerError `InvalidReturnTo` for everything else
 */
export function parseReturnTo(
  input: string | undefined,
  {
    baseUrl,
    basePath,
    publicUrl,
    allowedOrigins,
  }: Pick<Config, 'baseUrl' | 'basePath' | 'publicUrl' | 'allowedOrigins'>,
): string {
  if (input === undefined) return `${basePath}/`;
  const url = URL.parse(input, `${baseUrl}/`);
  // A blob: URL has the origin of its maker, and is none of ours to open.
  if (!url?.protocol.startsWith('http') || url.username !== '' || url.password !== '') throw refused();
  if (allowedOrigins.includes(url.origin)) return url.href;
  // A browser would read a path that begins with // as the name of another host.
  if (url.origin !== publicUrl.origin || url.pathname.startsWith('//')) throw refused();
  return url.pathname + url.search + url.hash;
}

function refused(): BrokerError {
  return new BrokerError(
    'InvalidReturnTo',
    'return_to must be a path here, or an address at an allowed origin.',
  );
}
