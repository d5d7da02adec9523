import { Injectable } from '@nestjs/common';
import { databaseTime, type LiveSession } from '../stored/session.cache.ts';
import { TokenProbe } from '../pds/token-probe.service.ts';
import { deadlineOf } from '../stored/refresh-policy.ts';
import { RefreshSettlement } from './refresh-settlement.service.ts';
import type { Attempt } from '../stored/session.ts';

/** Decides whether a refresh token whose answer was lost may be sent once more. */
@Injectable()
export class ResendRule {
  constructor(
    private readonly tokenProbe: TokenProbe,
    private readonly refreshSettlement: RefreshSettlement,
  ) {}

  /**
   * Judges an attempt that nobody can receive the answer of any more. A session whose token proves to be spent ends.
   *
   * @returns how often the token will then have been sent without proof that it was not spent; `undefined` when it
   * may not be sent, or not yet
   */
  async judge(session: LiveSession, { id, sentAt }: Attempt): Promise<number | undefined> {
    const verdict = await this.tokenProbe.probeToken(session);
    const hasRunOut = session.accessExpiresAt <= databaseTime(session);
    // Rotation ends the old access token: one that ends before its time shows that the refresh token was spent.
    if (verdict === 'dead' && (!hasRunOut || session.resends > 0)) {
      await this.refreshSettlement.needReauth(session, id, 'response_lost');
      return undefined;
    }
    const canStillBeAccepted = sentAt === null || deadlineOf(session, sentAt) > databaseTime(session);
    if (verdict === 'unknown' || canStillBeAccepted) return undefined;
    return verdict === 'alive' ? 0 : session.resends + 1;
  }
}
