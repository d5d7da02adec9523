import { Injectable } from '@nestjs/common';
import { PdsRequests } from './pds-requests.ts';
import type { LiveSession } from './live-sessions.ts';

/** What a PDS says of an access token: it takes it, it refuses it, or there is no telling. */
export type TokenVerdict = 'alive' | 'dead' | 'unknown';

/** Asks a PDS whether a session's access token still works: one authenticated request that changes nothing. */
@Injectable()
export class TokenOracle {
  constructor(private readonly requests: PdsRequests) {}

  async ask(session: LiveSession): Promise<TokenVerdict> {
    try {
      const response = await this.requests.send(session, '/xrpc/com.atproto.server.getSession', {
        method: 'GET',
      });
      await response.body.dump();
      if (this.requests.refusesToken(response)) return 'dead';
      return response.statusCode === 200 ? 'alive' : 'unknown';
    } catch {
      return 'unknown'; // Whatever kept the PDS from answering says nothing about the token.
    }
  }
}
