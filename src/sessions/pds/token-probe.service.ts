import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { readText } from '../../identity/outbound/exchange.ts';
import { PdsRequests } from './pds-requests.service.ts';
import type { LiveSession } from '../stored/session.cache.ts';

/** What a PDS says of an access token: it takes it, it refuses it, or there is no telling. */
export type TokenVerdict = 'alive' | 'dead' | 'unknown';

/** A PDS's answer is much shorter. */
const LONGEST_ANSWER = 64 * 1024;

const accountAnswer = z.object({ did: z.string() });

/** Asks a PDS whether a session's access token still works: one authenticated request that changes nothing. */
@Injectable()
export class TokenProbe {
  constructor(private readonly pdsRequests: PdsRequests) {}

  async probeToken(session: LiveSession): Promise<TokenVerdict> {
    try {
      const response = await this.pdsRequests.send(session, '/xrpc/com.atproto.server.getSession', {
        method: 'GET',
      });
      const text = await readText(response, LONGEST_ANSWER);
      if (this.pdsRequests.refusesToken(response)) return 'dead';
      if (response.statusCode !== 200) return 'unknown';
      // Whoever stands before a PDS may answer 200 with a page of its own: that proves nothing.
      return accountAnswer.parse(JSON.parse(text)).did === session.did ? 'alive' : 'unknown';
    } catch {
      return 'unknown'; // Whatever kept the PDS from answering says nothing about the token.
    }
  }
}
