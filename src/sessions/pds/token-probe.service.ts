import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { readText } from '../../identity/outbound/exchange.ts';
import { PdsRequests } from './pds-requests.service.ts';
import type { LiveSession } from '../stored/session.cache.ts';

/** A PDS's verdict on an access token: accepted, refused, or without proof of either. */
export type TokenVerdict = 'alive' | 'dead' | 'unknown';

/** In bytes. The response of a PDS is much shorter. */
const LONGEST_ANSWER = 64 * 1024;

const accountAnswer = z.object({ did: z.string(), active: z.unknown().optional() });

/** Finds out whether an access token still works, by one authenticated request that changes nothing. */
@Injectable()
export class TokenProbe {
  constructor(private readonly pdsRequests: PdsRequests) {}

  /** @param signal ends the request, whose verdict is then `unknown` */
  async probeToken(session: LiveSession, signal?: AbortSignal): Promise<TokenVerdict> {
    const answer = await this.askAccount(session, signal);
    if (answer === undefined || answer === 'dead') return answer ?? 'unknown';
    return answer.did === session.did ? 'alive' : 'unknown';
  }

  /** Returns whether the PDS of a session certainly serves its account: its token works, and it is not deactivated. */
  async isServed(session: LiveSession, signal?: AbortSignal): Promise<boolean> {
    const answer = await this.askAccount(session, signal);
    if (answer === undefined || answer === 'dead') return false;
    return answer.did === session.did && answer.active !== false;
  }

  /** Returns what the PDS says of the account, `dead` if it refuses the token, and undefined if it says neither. */
  private async askAccount(
    session: LiveSession,
    signal: AbortSignal | undefined,
  ): Promise<z.infer<typeof accountAnswer> | 'dead' | undefined> {
    try {
      const response = await this.pdsRequests.send(session, '/xrpc/com.atproto.server.getSession', {
        method: 'GET',
        ...(signal && { signal }),
      });
      const text = await readText(response, LONGEST_ANSWER);
      if (this.pdsRequests.refusesToken(response)) return 'dead';
      if (response.statusCode !== 200) return undefined;
      // A proxy in front of a PDS may answer 200 with a page of its own, which proves nothing.
      return accountAnswer.parse(JSON.parse(text));
    } catch {
      return undefined; // A failed request says nothing about the token.
    }
  }
}
