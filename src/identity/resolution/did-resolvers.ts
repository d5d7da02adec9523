import { DidResolverCommon, type AtprotoDid, type DidResolver } from '@atproto-labs/did-resolver';
import type { Did } from '../../database/tables/did.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { withOwnPartsOnly } from './did-document.ts';
import type { Fetch } from '../outbound/guarded-fetch.ts';

type AtprotoDidResolver = DidResolver<'plc' | 'web'>;

export type DidResolverOptions = {
  plcUrl: URL;
  /** Fetches from the PLC directory, whose address the operator configured. */
  directory: Fetch;
  /** Fetches from the hosts of did:web, whose addresses strangers choose. */
  metadata: Fetch;
  /** Allows did:web to name this machine (`did:web:localhost%3A…`) over http. */
  allowHttp: boolean;
};

/**
 * Creates a resolver for the two DID methods of atproto, each with the fetch for its class of addresses.
 *
 * A part of a document that atproto does not define may have any form.
 *
 * The resolver throws BrokerError `AccountUnreachable`.
 */
export function createDidResolver(options: DidResolverOptions): AtprotoDidResolver {
  const { plcUrl, directory, metadata, allowHttp } = options;
  const plc = new DidResolverCommon({ plcDirectoryUrl: plcUrl, fetch: withOwnPartsOnly(directory) });
  const web = new DidResolverCommon({ fetch: withOwnPartsOnly(metadata), allowHttp });
  return {
    async resolve(did, resolveOptions) {
      const resolver: AtprotoDidResolver = isPlc(did) ? plc : web;
      return resolver.resolve(did, resolveOptions).catch((cause: unknown) => {
        resolveOptions?.signal?.throwIfAborted();
        throw unreachable(did, isPlc(did) ? `the PLC directory at ${plcUrl.origin}` : 'its own host', cause);
      });
    },
  };
}

const isPlc = (did: Did): did is AtprotoDid & `did:plc:${string}` => did.startsWith('did:plc:');

const unreachable = (did: Did, where: string, cause: unknown): BrokerError =>
  new BrokerError('AccountUnreachable', `The document of ${did} could not be read from ${where}.`, { cause });
