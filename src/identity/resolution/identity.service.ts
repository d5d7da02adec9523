import {
  HANDLE_INVALID,
  type IdentityInfo,
  type IdentityResolver,
  type ResolveIdentityOptions,
} from '@atproto-labs/identity-resolver';
import { Injectable } from '@nestjs/common';
import type { Did } from '../../database/tables/did.ts';
import { Config } from '../../config/config.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { parseIdentifier } from './identifier.ts';
import { createGuardedIdentityResolver } from './identity-resolver.ts';
import { OutboundHttp } from '../outbound/outbound-http.service.ts';
import { pdsOf } from './pds-of.ts';

/** An account: `handle` only when it was verified in both directions, `pds` as an origin. */
export type Account = { did: Did; handle?: string; pds: string };

/** Finds accounts and their servers: handle -> DID -> DID document -> PDS. */
@Injectable()
export class IdentityService {
  /** What `resolve` asks, in the shape of the OAuth client's `identityResolver` option. */
  readonly identityResolver: IdentityResolver;
  readonly #allowHttp: boolean;

  constructor(config: Config, outboundHttp: OutboundHttp) {
    const resolver = createGuardedIdentityResolver(config, outboundHttp);
    this.identityResolver = { resolve: (name, options) => identityOf(resolver, name, options) };
    this.#allowHttp = config.outbound.allowHttp;
  }

  /**
   * Resolve an account by handle or DID, from a cache of at most a minute unless `noCache`.
   *
   * @throws BrokerError `InvalidIdentifier`, also for the URL of a server; `AccountNotFound` where nobody has the
   * handle, else `AccountUnreachable`, with a message that says which step failed
   */
  async resolve(identifier: string, options?: ResolveIdentityOptions): Promise<Account> {
    const { did, didDoc, handle } = await this.identityResolver.resolve(nameOf(identifier), options);
    const pds = pdsOf(didDoc, this.#allowHttp);
    return handle === HANDLE_INVALID ? { did, pds } : { did, handle, pds };
  }
}

async function identityOf(
  resolver: IdentityResolver,
  name: string,
  options?: ResolveIdentityOptions,
): Promise<IdentityInfo> {
  try {
    return await resolver.resolve(name, options);
  } catch (cause) {
    options?.signal?.throwIfAborted();
    if (cause instanceof BrokerError) throw cause;
    // All other steps fail with errors of ours; what is left is the way back.
    const message = `The account that ${name} points to does not claim this handle.`;
    throw new BrokerError('AccountNotFound', message, { cause });
  }
}

function nameOf(text: string): string {
  const identifier = parseIdentifier(text);
  switch (identifier.kind) {
    case 'handle':
      return identifier.handle;
    case 'did':
      return identifier.did;
    case 'server':
      throw new BrokerError('InvalidIdentifier', 'This is the URL of a server, not a handle or a DID.');
  }
}
