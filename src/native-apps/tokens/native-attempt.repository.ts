import { Injectable } from '@nestjs/common';
import { sql, type UpdateQueryBuilder, type UpdateResult } from 'kysely';
import { Config } from '../../config/config.ts';
import { RowMac } from '../../crypto/row-mac.ts';
import { isUniqueViolation } from '../../database/connection/database-error.ts';
import { Database } from '../../database/connection/database.ts';
import type { AttemptId } from '../../database/tables/id.ts';
import type { Schema } from '../../database/tables/schema.ts';
import { toDate, toTimestamp } from '../../database/tables/timestamp.ts';
import { ClockGuard } from '../../leases/clock/clock-guard.service.ts';
import type { AttemptRows } from '../../single-use/attempt-rows.ts';
import type { Place } from '../../single-use/use-decision.ts';
import type { Fingerprint } from './fingerprints.service.ts';
import type { SentAttempt, SentProof, TokenBinding } from './native-refresh.ts';
import { NativeRefreshRepository } from './native-refresh.repository.ts';
import { NO_ATTEMPT, toNewRow } from './native-refresh-row.ts';

/** How long after the patience with a silent owner the outcome of its attempt is known. */
const SETTLING_SECONDS = 60 * 60;

/** Must equal the predicate of the partial index `native_refresh_unanswered`, or the planner will not use it. */
const UNANSWERED = sql<boolean>`attempt_state = 'sent'`;

type RowUpdate = UpdateQueryBuilder<Schema, 'native_refresh', 'native_refresh', UpdateResult>;

/** Where an attempt may commit: on a token that is not stored, or on one without an attempt, or over a lost one. */
export type NativePlace = Place | { readonly kind: 'unknown-token' };

/** One attempt on a token, with the place that it may commit at. */
export type NativeClaim = {
  readonly fingerprint: Fingerprint;
  readonly binding: TokenBinding;
  readonly sent: SentProof;
  readonly attemptId: AttemptId;
  readonly owner: string;
  readonly place: NativePlace;
};

/** Identifies one attempt on a token. Every write that ends an attempt is guarded by all of it. */
type NativeAttemptKey = Pick<NativeClaim, 'attemptId' | 'owner'> & {
  readonly fingerprint: Pick<Fingerprint, 'id'>;
};

/** The attempts on the refresh tokens of native apps. */
@Injectable()
export class NativeAttemptRepository implements AttemptRows<NativeClaim> {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly mac: RowMac,
    private readonly nativeRefreshRows: NativeRefreshRepository,
    private readonly clockGuard: ClockGuard,
  ) {}

  /** Writes nothing: until an attempt commits, no other attempt waits for it, and one of them can commit. */
  claim(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async commit(claim: NativeClaim): Promise<Date | undefined> {
    const sentAt =
      claim.place.kind === 'unknown-token'
        ? await this.commitUnknown(claim)
        : await this.commitKnown(claim, claim.place);
    return sentAt ? new Date(sentAt) : undefined;
  }

  async findAttempt({ fingerprint }: NativeClaim): Promise<SentAttempt | null> {
    return (await this.nativeRefreshRows.find(fingerprint))?.attempt ?? null;
  }

  /** An attempt on a token that was not stored leaves no row behind. */
  async giveUp(claim: NativeClaim): Promise<void> {
    if (claim.place.kind !== 'unknown-token') {
      await this.ofAttempt(claim).set(NO_ATTEMPT).execute();
      return;
    }
    await this.database
      .deleteFrom('native_refresh')
      .where('id', '=', claim.fingerprint.id)
      .where('attempt_id', '=', claim.attemptId)
      .execute();
  }

  /** Lists the attempts that an owner has sent and that have no stored answer. Uses the index `native_refresh_unanswered`. */
  async listUnanswered(owner: string): Promise<(NativeAttemptKey & Pick<SentAttempt, 'sentAt'>)[]> {
    const rows = await this.database
      .selectFrom('native_refresh')
      .select(['id', 'attempt_id', 'sent_at'])
      .where('owner', '=', owner)
      .where(UNANSWERED)
      .execute();
    return rows.flatMap(({ id, attempt_id: attemptId, sent_at }) =>
      attemptId === null ? [] : [{ fingerprint: { id }, attemptId, owner, sentAt: toDate(sent_at) }],
    );
  }

  async markInDoubt(claim: NativeAttemptKey): Promise<void> {
    await this.ofAttempt(claim).set({ attempt_state: 'in_doubt' }).execute();
  }

  /** @returns `undefined` if the token is stored meanwhile */
  private async commitUnknown(claim: NativeClaim): Promise<string | null | undefined> {
    await this.deleteExpired(claim.fingerprint.id);
    try {
      const row = await this.database
        .insertInto('native_refresh')
        .values({
          // A token that was not stored is forgotten once its outcome is known.
          ...toNewRow(claim.fingerprint, claim.binding, this.mac),
          created_at: this.database.now(),
          expires_at: this.database.now(this.config.spoolPatienceMs / 1000 + SETTLING_SECONDS),
          ...this.toSent(claim),
        })
        .returning('sent_at')
        .executeTakeFirstOrThrow();
      return row.sent_at;
    } catch (error) {
      if (isUniqueViolation(error)) return undefined;
      throw error;
    }
  }

  /** @returns `undefined` if another attempt has the token */
  private async commitKnown(claim: NativeClaim, place: Place): Promise<string | null | undefined> {
    const row = await this.database
      .updateTable('native_refresh')
      .set(this.toSent(claim))
      .where('id', '=', claim.fingerprint.id)
      .where('sealed', 'is', null)
      .where(eb =>
        place.kind === 'free'
          ? eb('attempt_id', 'is', null)
          : eb.and([
              eb('attempt_id', '=', place.attemptId),
              eb('sent_at', 'is not distinct from', place.sentAt && toTimestamp(place.sentAt)),
            ]),
      )
      .returning('sent_at')
      .executeTakeFirst();
    return row?.sent_at;
  }

  /** An expired row that was not swept yet would conflict with a new one. */
  private async deleteExpired(id: string): Promise<void> {
    if (!this.clockGuard.isTrusted()) return;
    await this.database
      .deleteFrom('native_refresh')
      .where('id', '=', id)
      .where('expires_at', '<=', this.database.now())
      .execute();
  }

  private toSent({ attemptId, owner, sent }: NativeClaim) {
    return {
      attempt_id: attemptId,
      attempt_state: 'sent' as const,
      owner,
      sent_at: this.database.now(),
      sent_jti: sent.jti,
      sent_nonce: sent.nonce,
    };
  }

  private ofAttempt({ fingerprint, attemptId, owner }: NativeAttemptKey): RowUpdate {
    return this.database
      .updateTable('native_refresh')
      .where('id', '=', fingerprint.id)
      .where('attempt_id', '=', attemptId)
      .where('owner', '=', owner)
      .where('sealed', 'is', null);
  }
}
