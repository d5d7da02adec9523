import type { Config } from '../config/config.ts';
import { BrokerError } from '../errors/broker-error.ts';

/**
 * Parses `return_to`: a path of this broker, or a URL at an allowed origin.
 *
 * @returns a path that begins with one `/`, or an absolute URL
 * @throws BrokerError `InvalidReturnTo`
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
  // A blob: URL reports its creator's origin. Never follow one.
  if (!url?.protocol.startsWith('http') || url.username !== '' || url.password !== '') throw refused();
  if (allowedOrigins.includes(url.origin)) return url.href;
  // A browser would read a path that begins with // as the name of another host.
  if (url.origin !== publicUrl.origin || url.pathname.startsWith('//')) throw refused();
  return url.pathname + url.search + url.hash;
}

function refused(): BrokerError {
  return new BrokerError(
    'InvalidReturnTo',
    'return_to must be a path of this broker, such as /account, or a URL at an allowed origin.',
  );
}
