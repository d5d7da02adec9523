import { Injectable } from '@nestjs/common';
import { readText } from '../identity/outbound/exchange.ts';
import { type SessionAccess, Sessions } from '../sessions/use/sessions.service.ts';
import { decideMintAnswer } from './mint-answer.ts';
import {
  DEFAULT_LIFE_SECONDS,
  expiryOf,
  type ServiceToken,
  type ServiceTokenInput,
  type Tuple,
} from './service-token.ts';

/** A PDS's answer is much shorter. */
const LONGEST_ANSWER = 16 * 1024;

/** Lets the PDS of a session mint service tokens (`com.atproto.server.getServiceAuth`). */
@Injectable()
export class ServiceTokenMint {
  constructor(private readonly sessions: Sessions) {}

  /**
   * Mints a token. Nobody ends this by leaving: what is minted may be for several.
   *
   * @throws BrokerError as {@link decideMintAnswer} and {@link Sessions.withSession} tell
   */
  mint(tuple: Tuple, { expiresIn }: Pick<ServiceTokenInput, 'expiresIn'>): Promise<ServiceToken> {
    return this.sessions.withSession(tuple.sessionId, async pds => {
      const startedAt = performance.now();
      const answer = await pds.fetch(pathOf(tuple, expiresIn, pds), { method: 'GET' });
      const token = decideMintAnswer(answer, await readText(answer, LONGEST_ANSWER), tuple);
      // Only now is the clock of a PDS known that was never asked before.
      const sentAt = new Date(pds.now().getTime() - (performance.now() - startedAt));
      const expiresAt = expiryOf(token, expiresIn, sentAt);
      const endsAt = startedAt + (expiresAt.getTime() - sentAt.getTime());
      return { token, expiresAt, endsAt, scope: pds.scope };
    });
  }
}

/** A PDS's default is not asked for: counted by its own clock, it cannot be missed. */
function pathOf({ aud, lxm }: Tuple, expiresIn: number, pds: SessionAccess): string {
  const exp = Math.floor(pds.now().getTime() / 1000) + expiresIn;
  const life = expiresIn === DEFAULT_LIFE_SECONDS ? {} : { exp: String(exp) };
  const query = new URLSearchParams({ aud, ...(lxm && { lxm }), ...life });
  return `/xrpc/com.atproto.server.getServiceAuth?${query.toString()}`;
}
