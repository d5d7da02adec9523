import { Injectable } from '@nestjs/common';
import { sql, type UpdateQueryBuilder, type UpdateResult } from 'kysely';
import { Database } from '../../database/connection/database.ts';
import { wroteRow } from '../../database/connection/written-rows.ts';
import type { Schema } from '../../database/tables/schema.ts';
import { toDate, toTimestamp } from '../../database/tables/timestamp.ts';
import type { AttemptRows } from '../../single-use/attempt-rows.ts';
import type { Place } from '../../single-use/use-decision.ts';
import type { Attempt, AttemptKey } from '../stored/session.ts';
import { NO_ATTEMPT } from '../stored/granted-row.ts';
import { toAttempt } from '../stored/session-row.ts';

/** How long no other process claims a generation that is only prepared. */
const LEASE_SECONDS = 30;

/** Must equal the predicate of the partial index `oauth_session_unanswered`, or the planner will not use it. */
const UNANSWERED = sql<boolean>`attempt_state = 'sent'`;

type SessionUpdate = UpdateQueryBuilder<Schema, 'oauth_session', 'oauth_session', UpdateResult>;

/** One attempt at one generation of a session, with the place that it may claim. */
export type SessionClaim = AttemptKey & { readonly owner: string; readonly place: Place };

/** The attempts to refresh. These rows decide what may be sent; time and leases only decide who tries. */
@Injectable()
export class AttemptRepository implements AttemptRows<SessionClaim> {
  constructor(private readonly database: Database) {}

  /** Claims the right to refresh this generation. Returns whether it succeeded. */
  claim(claim: SessionClaim): Promise<boolean> {
    const prepared = this.database
      .updateTable('oauth_session')
      .set({
        attempt_id: claim.attemptId,
        attempt_state: 'prepared',
        owner: claim.owner,
        sent_at: null,
        lease_until: this.database.now(LEASE_SECONDS),
      })
      .where('id', '=', claim.sessionId)
      .where('generation', '=', claim.generation)
      .where('status', '=', 'active');
    return wroteRow(
      claim.place.kind === 'free'
        ? this.whereUnsent(prepared, claim.place)
        : this.whereLost(prepared, claim.place),
    );
  }

  async commit({ owner, ...key }: SessionClaim): Promise<Date | undefined> {
    const row = await this.ofAttempt(key)
      .set({ attempt_state: 'sent', sent_at: this.database.now() })
      .where('attempt_state', 'in', ['prepared', 'sent'])
      .where('owner', '=', owner)
      .where('status', '=', 'active')
      .returning('sent_at')
      .executeTakeFirst();
    return row?.sent_at ? new Date(row.sent_at) : undefined;
  }

  async findAttempt({ sessionId }: SessionClaim): Promise<Attempt | null> {
    const row = await this.database
      .selectFrom('oauth_session')
      .select(['attempt_id', 'attempt_state', 'owner', 'sent_at', 'lease_until'])
      .where('id', '=', sessionId)
      .executeTakeFirst();
    return row ? toAttempt(row) : null;
  }

  /** Lists the attempts that an owner has sent and that have no stored answer. Uses the index `oauth_session_unanswered`. */
  async listUnanswered(owner: string): Promise<(AttemptKey & Pick<Attempt, 'sentAt'>)[]> {
    const rows = await this.database
      .selectFrom('oauth_session')
      .select(['id', 'generation', 'attempt_id', 'sent_at'])
      .where('owner', '=', owner)
      .where(UNANSWERED)
      .execute();
    return rows.flatMap(({ id: sessionId, generation, attempt_id: attemptId, sent_at }) =>
      attemptId === null ? [] : [{ sessionId, generation, attemptId, sentAt: toDate(sent_at) }],
    );
  }

  giveUp(key: SessionClaim, retryAfterSeconds: number, mayBeSpent: boolean): Promise<boolean> {
    return wroteRow(
      this.ofAttempt(key).set(({ eb }) => ({
        ...NO_ATTEMPT,
        attempt_no: eb('attempt_no', '+', mayBeSpent ? 1 : 0),
        failures: eb('failures', '+', 1),
        next_refresh_at: this.database.now(retryAfterSeconds),
      })),
    );
  }

  markInDoubt(key: AttemptKey): Promise<boolean> {
    return wroteRow(this.ofAttempt(key).set({ attempt_state: 'in_doubt', lease_until: null }));
  }

  /** Matches no attempt, one whose lease has expired, or the orphan that the caller knows. */
  private whereUnsent(update: SessionUpdate, { orphan }: Extract<Place, { kind: 'free' }>): SessionUpdate {
    return update.where(eb =>
      eb.or([
        eb('attempt_state', 'is', null),
        eb.and([
          eb('attempt_state', '=', 'prepared'),
          orphan === undefined ? eb('lease_until', '<=', this.database.now()) : eb('attempt_id', '=', orphan),
        ]),
      ]),
    );
  }

  /** Matches the very sending that the caller decided about, so that one of many callers succeeds. */
  private whereLost(
    update: SessionUpdate,
    { attemptId, sentAt, resends }: Extract<Place, { kind: 'take-over' }>,
  ): SessionUpdate {
    return update
      .set({ attempt_no: resends })
      .where('attempt_id', '=', attemptId)
      .where('attempt_state', 'in', ['sent', 'in_doubt'])
      .where('sent_at', 'is not distinct from', sentAt && toTimestamp(sentAt));
  }

  private ofAttempt({ sessionId, generation, attemptId }: AttemptKey): SessionUpdate {
    return this.database
      .updateTable('oauth_session')
      .where('id', '=', sessionId)
      .where('generation', '=', generation)
      .where('attempt_id', '=', attemptId);
  }
}
