import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { CallSender } from '../../access/credential-use.ts';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { Database } from '../../database/connection/database.ts';
import type { Schema } from '../../database/tables/schema.ts';
import { invalidToken } from '../../errors/broker-error.ts';
import { VerifiedHandles } from '../../identity/handles/verified-handles.service.ts';
import type { StoredApiKey } from '../keys/api-key.ts';
import { KeyUsage } from '../usage/key-usage.service.ts';
import { LiveKeys } from './live-keys.service.ts';
import { type OpenedSession, toOpenedSession } from './opened-session.ts';
import { decideRenewal, endOf, type PasswordSession, type SessionToken } from './password-session.ts';
import { PasswordSessionCache } from './password-session.cache.ts';
import { expiredToken } from './password-session-refusals.ts';
import { PasswordSessionRepository } from './password-session.repository.ts';
import { SessionTokens } from './session-tokens.service.ts';

/** Renews and ends password sessions. */
@Injectable()
export class PasswordSessions {
  constructor(
    private readonly database: Database,
    private readonly passwordSessionRows: PasswordSessionRepository,
    private readonly passwordSessionCache: PasswordSessionCache,
    private readonly sessionTokens: SessionTokens,
    private readonly liveKeys: LiveKeys,
    private readonly verifiedHandles: VerifiedHandles,
    private readonly keyUsage: KeyUsage,
    private readonly auditLog: AuditLog,
  ) {}

  /**
   * Returns new tokens for a refresh token, the same session again if its answer may have been lost. Does not need the
   * key's own session: a program must not lose its sign-in because the owner has to reconnect the key.
   *
   * @throws BrokerError `InvalidToken` for a token that this broker did not sign, `ExpiredToken` for one that has ended
   */
  async renew(refreshJwt: string, sender: CallSender): Promise<OpenedSession> {
    const token = await this.sessionTokens.verify('refresh', refreshJwt);
    if (!token) throw invalidToken();
    const now = new Date();
    if (token.expiresAt <= now) throw expiredToken('expired');
    const key = await this.liveKeys.find(token, sender, now);
    if (!key) throw expiredToken('been revoked');
    return this.keyUsage.countWork(key.id, () => this.renewWith(key, token, now));
  }

  /**
   * Ends a session by one of its tokens, expired or not.
   *
   * @throws BrokerError `InvalidToken`
   */
  async end(jwt: string, from: string): Promise<void> {
    const token =
      (await this.sessionTokens.verify('refresh', jwt)) ?? (await this.sessionTokens.verify('access', jwt));
    if (!token) throw invalidToken();
    const { apiKeyId, did } = token;
    await this.keyUsage.countWork(apiKeyId, () =>
      this.changing(token, transaction => this.endLocked(token, new Date(), transaction)),
    );
    const apiKey = { kind: 'api-key', id: apiKeyId } as const;
    this.auditLog.note({ action: 'api-key.session-ended', actor: apiKey, did, target: apiKey, from });
  }

  private async renewWith(key: StoredApiKey, token: SessionToken, now: Date): Promise<OpenedSession> {
    const session = await this.renewStored(token, key, now);
    if (!session) throw expiredToken('been revoked');
    const ends = { access: endOf('access', key, now), refresh: session.expiresAt };
    const pair = await this.sessionTokens.signPair({ ...token, generation: session.generation }, ends, now);
    const { did } = token;
    return toOpenedSession(pair, { did, handle: await this.verifiedHandles.find(did) });
  }

  private renewStored(
    token: SessionToken,
    key: StoredApiKey,
    now: Date,
  ): Promise<PasswordSession | undefined> {
    return this.changing(token, transaction => this.renewLocked(token, key, now, transaction));
  }

  private async renewLocked(
    token: SessionToken,
    key: StoredApiKey,
    now: Date,
    transaction: Kysely<Schema>,
  ): Promise<PasswordSession | undefined> {
    const stored = await this.passwordSessionRows.lock(token.sessionId, transaction);
    const decision = decideRenewal(stored, token, now);
    if (decision !== 'renew') return decision === 'repeat' ? stored : undefined;
    const renewed = {
      ...unchangedOf(token, now),
      generation: token.generation + 1,
      expiresAt: endOf('refresh', key, now),
    };
    const isStored = await this.store(renewed, stored, transaction);
    // Another renewal came first, and its row can be locked now.
    return isStored ? renewed : this.renewLocked(token, key, now, transaction);
  }

  private async endLocked(token: SessionToken, now: Date, transaction: Kysely<Schema>): Promise<void> {
    const stored = await this.passwordSessionRows.lock(token.sessionId, transaction);
    if (stored?.endedAt) return;
    // Kept as long as any token of the session could be shown.
    const expiresAt = endOf('refresh', { expiresAt: null }, now);
    const ended = { ...(stored ?? unchangedOf(token, now)), endedAt: now, expiresAt };
    if (!(await this.store(ended, stored, transaction))) await this.endLocked(token, now, transaction);
  }

  private async store(
    session: PasswordSession,
    stored: PasswordSession | undefined,
    transaction: Kysely<Schema>,
  ): Promise<boolean> {
    if (!stored) return this.passwordSessionRows.insert(session, transaction);
    await this.passwordSessionRows.replace(session, transaction);
    return true;
  }

  /** Changes a session in a transaction. Drops it from the cache also if the commit is ambiguous. */
  private async changing<Result>(
    { sessionId }: SessionToken,
    change: (transaction: Kysely<Schema>) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await this.database.transact(change);
    } finally {
      this.passwordSessionCache.forget(sessionId);
    }
  }
}

/** The row of a session that had none. */
function unchangedOf(
  { sessionId, apiKeyId, generation, expiresAt }: SessionToken,
  now: Date,
): PasswordSession {
  return { id: sessionId, apiKeyId, generation, renewedAt: now, seenAt: null, endedAt: null, expiresAt };
}
