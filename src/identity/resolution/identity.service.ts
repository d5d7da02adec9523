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
import { parseAccountName } from './identifier.ts';
import { createGuardedIdentityResolver } from './identity-resolver.ts';
import { OutboundHttp } from '../outbound/outbound-http.service.ts';
import { pdsOf } from './pds-of.ts';

/** An account. `handle` is set only if it was verified in both directions. `pds` is an origin. */
export type Account = { did: Did; handle?: string; pds: string };

/** Resolves accounts and their servers: handle -> DID -> DID document -> PDS. */
@Injectable()
export class IdentityService {
  /** The resolver behind `resolve`, in the shape of the OAuth client's option `identityResolver`. */
  readonly identityResolver: IdentityResolver;
  readonly #allowHttp: boolean;

  constructor(config: Config, outboundHttp: OutboundHttp) {
    const resolver = createGuardedIdentityResolver(config, outboundHttp);
    this.identityResolver = { resolve: (name, options) => identityOf(resolver, name, options) };
    this.#allowHttp = config.outbound.allowHttp;
  }

  /**
   * Resolves an account by handle or DID. Uses a cache of at most one minute, unless `noCache` is set.
   *
   * @throws BrokerError `InvalidIdentifier` (also for the URL of a server), `AccountNotFound` if no account has the
   * handle, or `AccountUnreachable` with a message that names the failed step
   */
  async resolve(identifier: string, options?: ResolveIdentityOptions): Promise<Account> {
    const { did, didDoc, handle } = await this.identityResolver.resolve(
      parseAccountName(identifier),
      options,
    );
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
    // All other steps fail with a BrokerError, so the DID document lacks the handle.
    const message = `The handle ${name} points to an account that does not claim this handle.`;
    throw new BrokerError('AccountNotFound', message, { cause });
  }
}
