import { DidCacheMemory, type DidResolver } from '@atproto-labs/did-resolver';
import { createIdentityResolver, type IdentityResolver } from '@atproto-labs/identity-resolver';
import type { HandleResolver } from '@atproto-labs/handle-resolver';
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

type Resolvers = {
  readonly didResolver: DidResolver<'plc' | 'web'>;
  readonly handleResolver: HandleResolver;
};

/** Creates the resolvers of both directions on guarded HTTP, without caches. */
export function createResolvers(
  config: Pick<Config, 'identity' | 'outbound'>,
  { directory, metadata }: Lookups,
): Resolvers {
  const { plcUrl, handleResolver } = config.identity;
  return {
    didResolver: createDidResolver({ plcUrl, directory, metadata, allowHttp: config.outbound.allowHttp }),
    handleResolver:
      handleResolver === undefined
        ? publicHandleResolver(metadata, resolveTxtBySystem)
        : delegatedHandleResolver(handleResolver, directory),
  };
}

/** Creates the official resolver on guarded HTTP. The option `noCache` bypasses its caches. */
export function createGuardedIdentityResolver(
  config: Pick<Config, 'identity' | 'outbound'>,
  http: Lookups,
): IdentityResolver {
  return createIdentityResolver({
    ...createResolvers(config, http),
    didCache: new DidCacheMemory({ ttl: cacheTime, maxSize: cachedDocuments }),
    handleCache: new SimpleStoreMemory({ ttl: cacheTime, max: cachedHandles }),
  });
}
