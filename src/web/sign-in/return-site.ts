import type { Config } from '../../config/config.ts';
import { parseReturnTo } from '../../login/return-to.ts';

/** Returns the host of another site that a login may lead to. Undefined for a path of the broker and a refused address. */
export function siteOf(
  returnTo: string | undefined,
  config: Pick<Config, 'baseUrl' | 'basePath' | 'publicUrl' | 'allowedOrigins'>,
): string | undefined {
  try {
    return URL.parse(parseReturnTo(returnTo, config))?.host;
  } catch {
    return undefined;
  }
}
