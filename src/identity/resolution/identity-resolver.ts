import { DidCacheMemory } from '@atproto-labs/did-resolver';
import { createIdentityResolver, type IdentityResolver } from '@atproto-labs/identity-resolver';
import { SimpleStoreMemory } from '@atproto-labs/simple-store-memory';
import type { Config } from '../../config/config.ts';
import { createDidResolver } from './did-resolvers.ts';
import { delegatedHandleResolver, publicHandleResolver } from './handle-resolvers.ts';
import type { OutboundHttp } from '../outbound/outbound-http.service.ts';
import { resolveTxtBySystem } from './resolve-txt.ts';

/** Milliseconds: long enough to cover one login, short enough that a moved account is followed at once. */
const cacheTime = 60_000;
const cachedHandles = 10_000;
/** Bytes, roughly: a document is 1 KiB as a rule, but a stranger's may have 512. */
const cachedDocuments = 16 * 1024 * 1024;

/** The official resolver on guarded HTTP; `noCache` in its options asks the sources themselves. */
export function createGuardedIdentityResolver(
  config: Pick<Config, 'identity' | 'outbound'>,
  http: Pick<OutboundHttp, 'directory' | 'metadata'>,
): IdentityResolver {
  const { plcUrl, handleResolver } = config.identity;
  return createIdentityResolver({
    didResolver: createDidResolver({ plcUrl, ...http, allowHttp: config.outbound.allowHttp }),
    didCache: new DidCacheMemory({ ttl: cacheTime, maxSize: cachedDocuments }),
    handleResolver:
      handleResolver === undefined
        ? publicHandleResolver(http.metadata, resolveTxtBySystem)
        : delegatedHandleResolver(handleResolver, http.directory),
    handleCache: new SimpleStoreMemory({ ttl: cacheTime, max: cachedHandles }),
  });
}
