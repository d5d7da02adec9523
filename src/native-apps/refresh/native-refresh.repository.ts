import { Injectable } from '@nestjs/common';
import type { Kysely, UpdateQueryBuilder, UpdateResult } from 'kysely';
import { RowMac } from '../../crypto/row-mac.ts';
import { SealedBox } from '../../crypto/sealed-box.ts';
import { isUniqueViolation } from '../../database/connection/database-error.ts';
import { Database } from '../../database/connection/database.ts';
import { countDeleted, wroteRow } from '../../database/connection/written-rows.ts';
import type { Schema } from '../../database/tables/schema.ts';
import type { AttemptId, NativeAppId } from '../../database/tables/id.ts';
import type { Fingerprint } from './fingerprints.service.ts';
import type { IssuerAnswer, KnownToken, SentProof, TokenBinding } from './native-refresh.ts';
import { macBinding, type NativeRefreshRow, sealBinding, toAttempt } from './native-refresh-row.ts';

/** For how long an answer is given again, from when it came. */
export const REPLAY_SECONDS = 10 * 60;

/** An issuer lets a session that is not refreshed live for three months. */
const REMEMBERED_SECONDS = 92 * 24 * 60 * 60;

/** What became of the use of a token that is remembered for nothing else is known by then. */
const UNKNOWN_TOKEN_SECONDS = 60 * 60;

const NO_ATTEMPT = {
  attempt_id: null,
  attempt_state: null,
  owner: null,
  sent_at: null,
  sent_jti: null,
  sent_nonce: null,
} as const;

type RowUpdate = UpdateQueryBuilder<Schema, 'native_refresh', 'native_refresh', UpdateResult>;

/** A token and whose attempt it is about. */
export type AttemptOn = {
  readonly fingerprint: Fingerprint;
  readonly attemptId: AttemptId;
  readonly owner: string;
};

/** What is stored of a success. */
export type StoredAnswer = {
  readonly fingerprint: Fingerprint;
  readonly binding: TokenBinding;
  readonly answer: IssuerAnswer;
  readonly sent: SentProof;
  /** The token that takes the place of the one that was used. */
  readonly next: Fingerprint | null;
};

/** The refresh tokens that are known here, by fingerprint; their attempts; and the answers that may be asked for again. */
@Injectable()
export class NativeRefreshRepository {
  constructor(
    private readonly database: Database,
    private readonly mac: RowMac,
    private readonly box: SealedBox,
  ) {}

  /** @throws BrokerError `SealedRowUnreadable` when the row was edited */
  async find({ id }: Pick<Fingerprint, 'id'>): Promise<KnownToken | undefined> {
    const row = await this.database
      .selectFrom('native_refresh')
      .selectAll()
      .select(this.database.now().as('read_at'))
      .where('id', '=', id)
      .where('expires_at', '>', this.database.now())
      .executeTakeFirst();
    return row && this.toKnown(row);
  }

  /** Whether a token is known at whatever issuer. Served by the index on `token`. */
  async isKnownElsewhere({ token }: Fingerprint): Promise<boolean> {
    const row = await this.database
      .selectFrom('native_refresh')
      .select('id')
      .where('token', '=', token)
      .where('expires_at', '>', this.database.now())
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Commits to sending a token that was not known, which permits one transmission; answers whether it still was not. */
  async commitUnknown(attempt: AttemptOn, binding: TokenBinding, sent: SentProof): Promise<boolean> {
    await this.deleteExpired(attempt.fingerprint.id);
    try {
      await this.database
        .insertInto('native_refresh')
        .values({
          ...this.newRow(attempt.fingerprint, binding, UNKNOWN_TOKEN_SECONDS),
          ...this.toSent(attempt, sent),
        })
        .execute();
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  /**
   * Commits to sending a known token, which permits one transmission: in no one's place, or in that of the attempt which
   * the caller has judged. Answers whether the place was to be had.
   */
  async commitKnown(attempt: AttemptOn, instead: AttemptId | null, sent: SentProof): Promise<boolean> {
    return wroteRow(
      this.database
        .updateTable('native_refresh')
        .set(this.toSent(attempt, sent))
        .where('id', '=', attempt.fingerprint.id)
        .where('sealed', 'is', null)
        .where(eb => (instead === null ? eb('attempt_id', 'is', null) : eb('attempt_id', '=', instead))),
    );
  }

  /** Gives up an attempt that did not spend the token; one on a token that was not known leaves nothing behind. */
  async giveUp(attempt: AttemptOn, wasKnown: boolean): Promise<void> {
    if (wasKnown) {
      await this.ofAttempt(attempt).set(NO_ATTEMPT).execute();
      return;
    }
    await this.database
      .deleteFrom('native_refresh')
      .where('id', '=', attempt.fingerprint.id)
      .where('attempt_id', '=', attempt.attemptId)
      .execute();
  }

  /** Records that this process has no answer to what it sent, and will get none. */
  async markInDoubt(attempt: AttemptOn): Promise<void> {
    await this.ofAttempt(attempt).set({ attempt_state: 'in_doubt' }).execute();
  }

  /**
   * Stores an answer, and remembers the token in it, both or neither. Not guarded by the attempt: a token is exchanged
   * once, so there is no other answer. The same one may be stored twice.
   */
  async storeAnswer({ fingerprint, binding, answer, sent, next }: StoredAnswer): Promise<void> {
    const row = {
      ...this.newRow(fingerprint, binding, REPLAY_SECONDS),
      ...NO_ATTEMPT,
      sent_jti: sent.jti,
      sent_nonce: sent.nonce,
      sealed: this.box.seal(JSON.stringify(answer), sealBinding(fingerprint.id, binding)),
    };
    await this.database.transaction().execute(async transaction => {
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

  /** Remembers whose a token is that was passed on. */
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

  /** Forgets a token that was revoked, unless somebody uses it at this moment. */
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

  /** Deletes up to `limit` idle rows beyond the newest `most`; answers how many. Served by the index `native_refresh_idle`. */
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

  /** A row that is over and was not swept yet would be in the way of a new one. */
  private async deleteExpired(id: string): Promise<void> {
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

  private toSent({ attemptId, owner }: AttemptOn, sent: SentProof) {
    return {
      attempt_id: attemptId,
      attempt_state: 'sent' as const,
      owner,
      sent_at: this.database.now(),
      sent_jti: sent.jti,
      sent_nonce: sent.nonce,
    };
  }

  private ofAttempt({ fingerprint, attemptId, owner }: AttemptOn): RowUpdate {
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
