import { Injectable } from '@nestjs/common';
import { type Kysely, sql, type UpdateQueryBuilder, type UpdateResult } from 'kysely';
import { Config } from '../../config/config.ts';
import { RowMac } from '../../crypto/row-mac.ts';
import { SealedBox } from '../../crypto/sealed-box.ts';
import { isUniqueViolation } from '../../database/connection/database-error.ts';
import { Database } from '../../database/connection/database.ts';
import { countDeleted } from '../../database/connection/written-rows.ts';
import type { Schema } from '../../database/tables/schema.ts';
import { toDate, toTimestamp } from '../../database/tables/timestamp.ts';
import type { AttemptId, NativeAppId } from '../../database/tables/id.ts';
import { ClockGuard } from '../../leases/clock-guard.service.ts';
import type { AttemptRows } from '../../single-use/attempt-rows.ts';
import type { Place } from '../../single-use/use-decision.ts';
import { stopwatch } from '../../waiting/stopwatch.ts';
import type { Fingerprint } from './fingerprints.service.ts';
import type { IssuerAnswer, KnownToken, SentAttempt, SentProof, TokenBinding } from './native-refresh.ts';
import { macBinding, type NativeRefreshRow, sealBinding, toAttempt } from './native-refresh-row.ts';

/** How long an answer is repeated, from when it came. */
export const REPLAY_SECONDS = 10 * 60;

/** An issuer keeps a session that is not refreshed for three months. */
const REMEMBERED_SECONDS = 92 * 24 * 60 * 60;

/** How long after the patience with a silent owner the outcome of its attempt is known. */
const SETTLING_SECONDS = 60 * 60;

const NO_ATTEMPT = {
  attempt_id: null,
  attempt_state: null,
  owner: null,
  sent_at: null,
  sent_jti: null,
  sent_nonce: null,
} as const;

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

/** A success, as it is stored. */
export type StoredAnswer = {
  readonly fingerprint: Fingerprint;
  readonly binding: TokenBinding;
  readonly answer: IssuerAnswer;
  readonly sent: SentProof;
  /** The token that replaces the used one. */
  readonly next: Fingerprint | null;
};

/** The stored refresh tokens of native apps by fingerprint, with their attempts and answers. */
@Injectable()
export class NativeRefreshRepository implements AttemptRows<NativeClaim> {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly mac: RowMac,
    private readonly box: SealedBox,
    private readonly clockGuard: ClockGuard,
  ) {}

  /**
   * Finds a token that has not expired. While the database's clock is doubted, none has: a spent token would be sent again.
   *
   * @throws BrokerError `SealedRowUnreadable` if the row was edited
   */
  async find({ id }: Pick<Fingerprint, 'id'>): Promise<KnownToken | undefined> {
    const sinceRead = stopwatch();
    const row = await this.database
      .selectFrom('native_refresh')
      .selectAll()
      .select(this.database.now().as('read_at'))
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) return undefined;
    this.clockGuard.noteReading(new Date(row.read_at), sinceRead());
    return row.expires_at <= row.read_at && this.clockGuard.isTrusted() ? undefined : this.toKnown(row);
  }

  /** Returns whether a token is stored for any issuer. Uses the index on `token`. */
  async isKnownElsewhere({ token }: Fingerprint): Promise<boolean> {
    let query = this.database.selectFrom('native_refresh').select('id').where('token', '=', token);
    if (this.clockGuard.isTrusted()) query = query.where('expires_at', '>', this.database.now());
    return (await query.limit(1).executeTakeFirst()) !== undefined;
  }

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
    return (await this.find(fingerprint))?.attempt ?? null;
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

  /**
   * Stores an answer and the token in it in one transaction. Not guarded by the attempt: a token is exchanged once, so
   * this is the only answer. Storing it twice is safe.
   */
  async storeAnswer({ fingerprint, binding, answer, sent, next }: StoredAnswer): Promise<void> {
    const row = {
      ...this.newRow(fingerprint, binding, REPLAY_SECONDS),
      ...NO_ATTEMPT,
      sent_jti: sent.jti,
      sent_nonce: sent.nonce,
      sealed: this.box.seal(JSON.stringify(answer), sealBinding(fingerprint.id, binding)),
    };
    await this.database.transactIdempotent(async transaction => {
      await transaction
        .insertInto('native_refresh')
        .values(row)
        .onConflict(conflict =>
          conflict.column('id').doUpdateSet(row).where('native_refresh.sealed', 'is', null),
        )
        .execute();
      if (next) await this.remember(next, binding, REMEMBERED_SECONDS, transaction);
    });
  }

  /** Stores the binding of a token that was passed on. */
  async remember(
    fingerprint: Fingerprint,
    binding: TokenBinding,
    seconds = REMEMBERED_SECONDS,
    database: Kysely<Schema> = this.database,
  ): Promise<void> {
    await database
      .insertInto('native_refresh')
      .values(this.newRow(fingerprint, binding, seconds))
      .onConflict(conflict => conflict.column('id').doNothing())
      .execute();
  }

  /** Deletes a token that was revoked, unless an attempt uses it. */
  async forget({ id }: Fingerprint): Promise<void> {
    await this.database
      .deleteFrom('native_refresh')
      .where('id', '=', id)
      .where('attempt_id', 'is', null)
      .execute();
  }

  async deleteOfApp(appId: NativeAppId, database: Kysely<Schema>): Promise<void> {
    await database.deleteFrom('native_refresh').where('app_id', '=', appId).execute();
  }

  /** Deletes up to `limit` idle rows beyond the newest `most`. Returns their number. Uses the index `native_refresh_idle`. */
  async deleteBeyond(most: number, limit: number): Promise<number> {
    return countDeleted(
      this.database
        .deleteFrom('native_refresh')
        .where('id', 'in', select =>
          select
            .selectFrom('native_refresh')
            .select('id')
            .where('attempt_id', 'is', null)
            .where('sealed', 'is', null)
            .orderBy('expires_at', 'desc')
            .limit(limit)
            .offset(most),
        ),
    );
  }

  /** @returns `undefined` if the token is stored meanwhile */
  private async commitUnknown(claim: NativeClaim): Promise<string | null | undefined> {
    await this.deleteExpired(claim.fingerprint.id);
    try {
      const row = await this.database
        .insertInto('native_refresh')
        .values({
          // A token that was not stored is forgotten once its outcome is known.
          ...this.newRow(
            claim.fingerprint,
            claim.binding,
            this.config.spoolPatienceMs / 1000 + SETTLING_SECONDS,
          ),
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

  private newRow({ id, token }: Fingerprint, binding: TokenBinding, seconds: number) {
    const { appId: app_id, issuer, jkt, kid } = binding;
    const row = { id, token, app_id, issuer, jkt, kid };
    return {
      ...row,
      mac: this.mac.sign(macBinding(row)),
      created_at: this.database.now(),
      expires_at: this.database.now(seconds),
    };
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

  private toKnown(row: NativeRefreshRow & { read_at: string }): KnownToken {
    this.mac.verify(row.mac, macBinding(row));
    const binding = { appId: row.app_id, issuer: row.issuer, jkt: row.jkt, kid: row.kid };
    return {
      fingerprint: { id: row.id, token: row.token },
      binding,
      attempt: toAttempt(row),
      answered: row.sealed === null ? null : this.toAnswered(row, row.sealed, binding),
      readAt: new Date(row.read_at),
    };
  }

  private toAnswered(row: NativeRefreshRow, sealed: string, binding: TokenBinding): KnownToken['answered'] {
    const answer = JSON.parse(this.box.open(sealed, sealBinding(row.id, binding))) as IssuerAnswer;
    return { answer, sent: { jti: row.sent_jti ?? '', nonce: row.sent_nonce } };
  }
}
