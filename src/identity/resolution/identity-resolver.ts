import { DidCacheMemory } from '@atproto-labs/did-resolver';
import { createIdentityResolver, type IdentityResolver } from '@atproto-labs/identity-resolver';
import { SimpleStoreMemory } from '@atproto-labs/simple-store-memory';
import type { Config } from '../../config/config.ts';
import { createDidResolver } from './did-resolvers.ts';
import { delegatedHandleResolver, publicHandleResolver } from './handle-resolvers.ts';
import type { Lookups } from '../outbound/outbound-http.service.ts';
import { resolveTxtBySystem } from './resolve-txt.ts';

/** In milliseconds. Covers one login, and notices a moved account soon. */
const cacheTime = 60_000;
const cachedHandles = 10_000;
/** In bytes, roughly. A usual document has 1 KiB, but a stranger's may have 512 KiB. */
const cachedDocuments = 16 * 1024 * 1024;

/** Creates the official resolver on guarded HTTP. The option `noCache` bypasses its caches. */
export function createGuardedIdentityResolver(
  config: Pick<Config, 'identity' | 'outbound'>,
  http: Lookups,
): IdentityResolver {
  const { plcUrl, handleResolver } = config.identity;
  const { directory, metadata } = http;
  return createIdentityResolver({
    didResolver: createDidResolver({ plcUrl, directory, metadata, allowHttp: config.outbound.allowHttp }),
    didCache: new DidCacheMemory({ ttl: cacheTime, maxSize: cachedDocuments }),
    handleResolver:
      handleResolver === undefined
        ? publicHandleResolver(metadata, resolveTxtBySystem)
        : delegatedHandleResolver(handleResolver, directory),
    handleCache: new SimpleStoreMemory({ ttl: cacheTime, max: cachedHandles }),
  });
}
