import { Injectable } from '@nestjs/common';
import { readText } from '../identity/outbound/exchange.ts';
import { type SessionAccess, Sessions } from '../sessions/use/sessions.service.ts';
import { tokenOfMintResponse } from './mint-response.ts';
import {
  DEFAULT_LIFE_SECONDS,
  expiryOf,
  type ServiceToken,
  type ServiceTokenInput,
  type Tuple,
} from './service-token.ts';

/** In bytes. The response of a PDS is much shorter. */
const LONGEST_RESPONSE = 16 * 1024;

/** Mints service tokens at the PDS of a session (`com.atproto.server.getServiceAuth`). */
@Injectable()
export class ServiceTokenMint {
  constructor(private readonly sessions: Sessions) {}

  /**
   * Mints a token. Has no abort signal: several callers may wait for the same token.
   *
   * @throws BrokerError as {@link tokenOfMintResponse} and {@link Sessions.withSession}
   */
  mint(tuple: Tuple, { expiresIn }: Pick<ServiceTokenInput, 'expiresIn'>): Promise<ServiceToken> {
    return this.sessions.withSession(tuple.sessionId, async pds => {
      const startedAt = performance.now();
      const answer = await pds.fetch(pathOf(tuple, expiresIn, pds), { method: 'GET' });
      const token = tokenOfMintResponse(answer, await readText(answer, LONGEST_RESPONSE), tuple);
      // The first response of a PDS reveals its clock.
      const sentAt = new Date(pds.now().getTime() - (performance.now() - startedAt));
      const expiresAt = expiryOf(token, expiresIn, sentAt);
      const endsAt = startedAt + (expiresAt.getTime() - sentAt.getTime());
      return { token, expiresAt, endsAt, scope: pds.scope };
    });
  }
}

/** Omits `exp` for the PDS's default life, which the PDS then counts by its own clock. */
function pathOf({ aud, lxm }: Tuple, expiresIn: number, pds: SessionAccess): string {
  const exp = Math.floor(pds.now().getTime() / 1000) + expiresIn;
  const life = expiresIn === DEFAULT_LIFE_SECONDS ? {} : { exp: String(exp) };
  const query = new URLSearchParams({ aud, ...(lxm && { lxm }), ...life });
  return `/xrpc/com.atproto.server.getServiceAuth?${query.toString()}`;
}
