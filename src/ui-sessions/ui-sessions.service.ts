import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { digestOf, isSecret, newSecret } from '../crypto/secret.ts';
import { Database } from '../database/connection/database.ts';
import type { Schema } from '../database/tables/schema.ts';
import { toTimestamp } from '../database/tables/timestamp.ts';
import { newId, type SessionId, UiSessionId } from '../database/tables/id.ts';
import { Log } from '../observability/log/log.ts';
import { SessionRevocation } from '../sessions/endings/session-revocation.service.ts';
import { SessionListeners } from '../sessions/stored/session-listeners.service.ts';
import { isRecoverable, type Session } from '../sessions/stored/session.ts';
import { BrowserLastUse } from './browser-last-use.service.ts';
import { UiSessionCache } from './ui-session.cache.ts';
import { ABSOLUTE_LIMIT_MS, isExpired, isSeenStale, type UiSession } from './ui-session.ts';
import { UiSessionRepository } from './ui-session.repository.ts';

const MAX_USER_AGENT_LENGTH = 512;

/** How long browsers wait for a lost answer before they are signed out. */
const SUSPENSION_MS = 24 * 60 * 60_000;

/** A browser session that was just opened. `cookie` is returned once and stored as a digest only. */
export type OpenedUiSession = {
  readonly cookie: string;
  readonly sessionId: SessionId;
  readonly expiresAt: Date;
};

/** The part of a browser session that ending it needs. */
export type EndedUiSession = Pick<UiSession, 'id' | 'did' | 'sessionId'>;

/** Browser sessions: opened at login with a new cookie, found by the cookie, ended at logout. */
@Injectable()
export class UiSessions implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly uiSessionRows: UiSessionRepository,
    private readonly uiSessionCache: UiSessionCache,
    private readonly browserLastUse: BrowserLastUse,
    private readonly sessionRevocation: SessionRevocation,
    private readonly sessionListeners: SessionListeners,
    private readonly log: Log,
  ) {}

  /**
   * When a session needs its owner, its browsers are signed out: the person must sign in again anyway. Not if an answer
   * was lost: it may still come, and then the browsers work again.
   */
  onModuleInit(): void {
    this.sessionListeners.onNeedsReauth(async ({ id, reason }) => {
      if (isRecoverable(reason)) return;
      await this.uiSessionRows.deleteUiSessionsOf(id);
      this.uiSessionCache.forgetWhere(({ sessionId }) => sessionId === id);
    });
  }

  /** Opens a browser session that holds `session`, in the transaction that stores `session`. */
  async openUiSession(
    session: Pick<Session, 'id' | 'did'>,
    userAgent: string | undefined,
    database: Kysely<Schema>,
  ): Promise<OpenedUiSession> {
    const cookie = newSecret();
    const now = new Date();
    const expiresAt = new Date(now.getTime() + ABSOLUTE_LIMIT_MS);
    const row = {
      id: newId(UiSessionId),
      digest: digestOf(cookie),
      did: session.did,
      session_id: session.id,
      user_agent: userAgent?.slice(0, MAX_USER_AGENT_LENGTH) ?? null,
      created_at: toTimestamp(now),
      last_seen_at: toTimestamp(now),
      expires_at: toTimestamp(expiresAt),
    };
    await this.uiSessionRows.insertUiSession(row, database);
    return { cookie, sessionId: session.id, expiresAt };
  }

  /** Finds the live browser session of a cookie, as it was at most five seconds ago. */
  async findByCookie(cookie: string, now = new Date()): Promise<UiSession | undefined> {
    if (!isSecret(cookie)) return undefined;
    const digest = digestOf(cookie);
    const uiSession = await this.uiSessionCache.get(digest);
    if (!uiSession || isExpired(uiSession, now)) return undefined;
    if (isSeenStale(uiSession, now)) this.browserLastUse.noteSeen(digest, now);
    return uiSession;
  }

  /** Ends up to `limit` browser sessions that had been suspended for a day at `now`. Returns their number. */
  sweepSuspended(limit: number, now: Date): Promise<number> {
    return this.uiSessionRows.deleteSuspended(new Date(now.getTime() - SUSPENSION_MS), limit);
  }

  /**
   * Ends a browser session and revokes the session behind it. Resolves when the issuer has answered, or after 5 s: then
   * the revocation goes on in the background.
   */
  async endUiSession(uiSession: EndedUiSession): Promise<void> {
    const ended = await this.database.transact(transaction => this.beginEnding(uiSession, transaction));
    if (ended) await this.finishEnding(uiSession);
  }

  /** The first half of {@link endUiSession}, in the caller's transaction. Returns whether this call ended it. */
  async beginEnding({ id, sessionId }: EndedUiSession, database: Kysely<Schema>): Promise<boolean> {
    if (!(await this.uiSessionRows.deleteUiSession(id, database))) return false;
    await this.sessionRevocation.markRevoking(sessionId, database);
    return true;
  }

  /** The second half, after the commit. A failure at the issuer is logged and retried later. */
  async finishEnding({ did, sessionId }: EndedUiSession): Promise<void> {
    this.uiSessionCache.forgetWhere(known => known.sessionId === sessionId);
    this.log.signedOut({ did, sessionId });
    await this.sessionRevocation.revokeMarked(sessionId);
  }
}
