import { assertAtprotoDid, type DidResolver, extractAtprotoData } from '@atproto-labs/did-resolver';
import type { HandleResolver } from '@atproto-labs/handle-resolver';
import { isValidHandle, normalizeHandle } from '@atproto/syntax';
import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import type { Did } from '../../database/tables/did.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { OutboundHttp } from '../outbound/outbound-http.service.ts';
import { createResolvers } from './identity-resolver.ts';

/** In milliseconds, for one direction. */
const TIME_LIMIT_MS = 10_000;

/** Verifies handles at their sources, without a cache. */
@Injectable()
export class HandleVerifier {
  private readonly didResolver: DidResolver<'plc' | 'web'>;
  private readonly handleResolver: HandleResolver;

  constructor(config: Config, outboundHttp: OutboundHttp) {
    const { didResolver, handleResolver } = createResolvers(config, outboundHttp.sessionLookups);
    this.didResolver = didResolver;
    this.handleResolver = handleResolver;
  }

  /**
   * Returns the handle that an account's DID document names first and that points back to the account, or null.
   *
   * @throws an error if one of the two directions gets no answer
   */
  async verify(did: Did): Promise<string | null> {
    assertAtprotoDid(did);
    const document = await this.didResolver.resolve(did, { signal: AbortSignal.timeout(TIME_LIMIT_MS) });
    const handle = normalizeHandle(extractAtprotoData(document).aka ?? '');
    if (!isValidHandle(handle)) return null;
    return (await this.resolve(handle)) === did ? handle : null;
  }

  /**
   * Returns the account that a handle points to now, or null.
   *
   * @throws an error if there is no answer
   */
  async resolve(handle: string): Promise<Did | null> {
    try {
      return await this.handleResolver.resolve(handle, { signal: AbortSignal.timeout(TIME_LIMIT_MS) });
    } catch (error) {
      if (error instanceof BrokerError && error.code === 'AccountNotFound') return null;
      throw error;
    }
  }
}
