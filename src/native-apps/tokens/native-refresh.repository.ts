import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { RowMac } from '../../crypto/row-mac.ts';
import { SealedBox } from '../../crypto/sealed-box.ts';
import { SealedJson } from '../../crypto/sealed-json.ts';
import { Database } from '../../database/connection/database.ts';
import { countDeleted } from '../../database/connection/written-rows.ts';
import type { Schema } from '../../database/tables/schema.ts';
import type { NativeAppId } from '../../database/tables/id.ts';
import { ClockGuard } from '../../leases/clock/clock-guard.service.ts';
import { stopwatch } from '../../waiting/stopwatch.ts';
import type { Fingerprint } from './fingerprints.service.ts';
import type { IssuerAnswer, KnownToken, SentProof, TokenBinding } from './native-refresh.ts';
import {
  macBinding,
  type NativeRefreshRow,
  NO_ATTEMPT,
  sealBinding,
  toAttempt,
  toNewRow,
} from './native-refresh-row.ts';

/** How long an answer is repeated, from when it came. */
export const REPLAY_SECONDS = 10 * 60;

/** An issuer keeps a session that is not refreshed for three months. */
const REMEMBERED_SECONDS = 92 * 24 * 60 * 60;

/** A success, as it is stored. */
export type StoredAnswer = {
  readonly fingerprint: Fingerprint;
  readonly binding: TokenBinding;
  readonly answer: IssuerAnswer;
  readonly sent: SentProof;
  /** The token that replaces the used one. */
  readonly next: Fingerprint | null;
};

/** The stored refresh tokens of native apps by fingerprint, with their answers. */
@Injectable()
export class NativeRefreshRepository {
  private readonly sealedAnswer: SealedJson<IssuerAnswer>;

  constructor(
    private readonly database: Database,
    private readonly mac: RowMac,
    private readonly clockGuard: ClockGuard,
    box: SealedBox,
  ) {
    this.sealedAnswer = new SealedJson(box);
  }

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

  /**
   * Stores an answer and the token in it in one transaction. Not guarded by the attempt: a token is exchanged once, so
   * this is the only answer. Storing it twice is safe.
   */
  async storeAnswer({ fingerprint, binding, answer, sent, next }: StoredAnswer): Promise<void> {
    const row = {
      ...toNewRow(fingerprint, binding, this.mac),
      ...this.life(REPLAY_SECONDS),
      ...NO_ATTEMPT,
      sent_jti: sent.jti,
      sent_nonce: sent.nonce,
      sealed: this.sealedAnswer.seal(answer, sealBinding(fingerprint.id, binding)),
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
      .values({ ...toNewRow(fingerprint, binding, this.mac), ...this.life(seconds) })
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

  private life(seconds: number) {
    return { created_at: this.database.now(), expires_at: this.database.now(seconds) };
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
    const answer = this.sealedAnswer.open(sealed, sealBinding(row.id, binding));
    return { answer, sent: { jti: row.sent_jti ?? '', nonce: row.sent_nonce } };
  }
}
