import { Injectable } from '@nestjs/common';
import type { UpdateQueryBuilder, UpdateResult } from 'kysely';
import { Database } from '../../database/connection/database.ts';
import type { Schema } from '../../database/tables/schema.ts';
import type { AttemptId } from '../../database/tables/id.ts';
import { toTimestamp } from '../../database/tables/timestamp.ts';
import type { AttemptKey, Session } from '../stored/session.ts';
import { NO_ATTEMPT } from '../stored/granted-row.ts';
import { SessionSecretsBox } from '../stored/session-secrets.service.ts';
import type { RefreshedGrant } from './refreshed-grant.ts';

/** How long nobody else takes over an attempt that its owner only prepares. */
const LEASE_SECONDS = 30;

type SessionUpdate = UpdateQueryBuilder<Schema, 'oauth_session', 'oauth_session', UpdateResult>;

/** The attempts to refresh. What is written here decides what may be sent; time and leases decide only who tries. */
@Injectable()
export class AttemptRepository {
  constructor(
    private readonly database: Database,
    private readonly sessionSecretsBox: SessionSecretsBox,
  ) {}

  /**
   * Prepares an attempt: takes the place of none, or of one that was only prepared by a process that is late, or of
   * the one that the caller knows to be nobody's any more. Answers whether the place was to be had.
   */
  prepare(
    { sessionId, generation, attemptId }: AttemptKey,
    owner: string,
    orphan?: { attemptId: AttemptId },
  ): Promise<boolean> {
    return this.didUpdate(
      this.database
        .updateTable('oauth_session')
        .set({
          attempt_id: attemptId,
          attempt_state: 'prepared',
          owner,
          sent_at: null,
          lease_until: this.database.now(LEASE_SECONDS),
        })
        .where('id', '=', sessionId)
        .where('generation', '=', generation)
        .where('status', '=', 'active')
        .where(eb =>
          eb.or([
            eb('attempt_state', 'is', null),
            eb.and([
              eb('attempt_state', '=', 'prepared'),
              orphan ? eb('attempt_id', '=', orphan.attemptId) : eb('lease_until', '<=', this.database.now()),
            ]),
          ]),
        ),
    );
  }

  /**
   * Takes over an attempt whose answer is lost, to send the refresh token once more. Guarded by the very attempt
   * that the caller judged, so that of many only one does.
   *
   * @param resends how often the token will then have been sent without proof that it was not spent
   */
  prepareResend(
    key: AttemptKey,
    { lost, resends }: { lost: { attemptId: AttemptId }; resends: number },
    owner: string,
  ): Promise<boolean> {
    return this.didUpdate(
      this.database
        .updateTable('oauth_session')
        .set({
          attempt_id: key.attemptId,
          attempt_state: 'prepared',
          attempt_no: resends,
          owner,
          sent_at: null,
          lease_until: this.database.now(LEASE_SECONDS),
        })
        .where('id', '=', key.sessionId)
        .where('generation', '=', key.generation)
        .where('attempt_id', '=', lost.attemptId)
        .where('attempt_state', 'in', ['sent', 'in_doubt'])
        .where('status', '=', 'active'),
    );
  }

  /**
   * Commits to sending. A confirmed commit permits one transmission; another, after the issuer refused the first
   * unread, needs another commit. Answers the time of the commit; nothing when the attempt has lost its place.
   */
  async commitToSend(key: AttemptKey, owner: string): Promise<Date | undefined> {
    const row = await this.ofAttempt(key)
      .set({ attempt_state: 'sent', sent_at: this.database.now() })
      .where('attempt_state', 'in', ['prepared', 'sent'])
      .where('owner', '=', owner)
      .where('status', '=', 'active')
      .returning('sent_at')
      .executeTakeFirst();
    return row?.sent_at ? new Date(row.sent_at) : undefined;
  }

  /**
   * Stores what a refresh yielded; answers whether its generation was still the session's.
   *
   * Not guarded by the attempt: a refresh token is exchanged once, so whichever attempt has the answer has the only
   * one, and another that was prepared meanwhile must not be sent. A session that was given up because this answer
   * was missing lives again.
   */
  storeAnswer(
    { sessionId, generation }: AttemptKey,
    session: Session,
    grant: RefreshedGrant,
  ): Promise<boolean> {
    const row = toBoundColumns(session, grant);
    return this.didUpdate(
      this.database
        .updateTable('oauth_session')
        .set(({ eb }) => ({
          ...NO_ATTEMPT,
          ...row,
          sealed: this.sessionSecretsBox.seal(grant, row),
          status: 'active',
          reason: null,
          generation: eb('generation', '+', 1),
          next_refresh_at: toTimestamp(grant.nextRefreshAt),
          attempt_no: 0,
          failures: 0,
        }))
        .where('id', '=', sessionId)
        .where(eb =>
          eb.or([
            eb.and({ generation, status: 'active' }),
            eb.and({ generation: generation + 1, status: 'needs_reauth', reason: 'response_lost' }),
          ]),
        ),
    );
  }

  /** Gives up an attempt that did not reach the refresh token, and says when to try again. */
  giveUp(key: AttemptKey, retryAfterSeconds: number): Promise<boolean> {
    return this.didUpdate(
      this.ofAttempt(key).set(({ eb }) => ({
        ...NO_ATTEMPT,
        failures: eb('failures', '+', 1),
        next_refresh_at: this.database.now(retryAfterSeconds),
      })),
    );
  }

  /** Records that this process has no answer to what it sent, and will get none. */
  markInDoubt(key: AttemptKey): Promise<boolean> {
    return this.didUpdate(this.ofAttempt(key).set({ attempt_state: 'in_doubt', lease_until: null }));
  }

  private ofAttempt({ sessionId, generation, attemptId }: AttemptKey): SessionUpdate {
    return this.database
      .updateTable('oauth_session')
      .where('id', '=', sessionId)
      .where('generation', '=', generation)
      .where('attempt_id', '=', attemptId);
  }

  private async didUpdate(query: SessionUpdate): Promise<boolean> {
    const { numUpdatedRows } = await query.executeTakeFirst();
    return numUpdatedRows === 1n;
  }
}

function toBoundColumns(session: Session, grant: RefreshedGrant) {
  return {
    id: session.id,
    did: session.did,
    handle: session.handle,
    client_id: session.clientId,
    issuer: session.issuer,
    pds: grant.pds,
    scope: grant.scope,
    asked_scope: session.askedScope,
    kid: session.kid,
    purpose: session.purpose,
    granted_at: toTimestamp(session.grantedAt),
    refreshed_at: toTimestamp(grant.refreshedAt),
    access_expires_at: toTimestamp(grant.accessExpiresAt),
  };
}
