import { Injectable } from '@nestjs/common';
import type { Kysely, Selectable } from 'kysely';
import type { RowBinding } from '../../crypto/row-binding.ts';
import { SealedBox } from '../../crypto/sealed-box.ts';
import { Database } from '../../database/connection/database.ts';
import { wroteRow } from '../../database/connection/written-rows.ts';
import type { ApiKeyId } from '../../database/tables/id.ts';
import type { IssuedSecretTable } from '../../database/tables/issued-secret.ts';
import type { Schema } from '../../database/tables/schema.ts';
import { toTimestamp } from '../../database/tables/timestamp.ts';
import { type Repetition, REPEATABLE_SECONDS } from './repetition.ts';

/** A secret that was issued within the last minutes. */
export type IssuedSecret = Repetition & { readonly apiKeyId: ApiKeyId; readonly secret: string };

/** Keeps secrets, sealed, for the repetition of the requests that issued them. */
@Injectable()
export class IssuedSecretRepository {
  constructor(
    private readonly database: Database,
    private readonly sealedBox: SealedBox,
  ) {}

  /** Keeps a secret for five minutes. Returns false if another one is kept under this id. */
  async insert(
    { id, fingerprint, apiKeyId, secret }: IssuedSecret,
    database: Kysely<Schema>,
  ): Promise<boolean> {
    const now = await this.database.readNow(database);
    await database
      .deleteFrom('issued_secret')
      .where('id', '=', id)
      .where('expires_at', '<=', toTimestamp(now))
      .execute();
    const expires_at = toTimestamp(new Date(now.getTime() + REPEATABLE_SECONDS * 1000));
    const row = { id, api_key_id: apiKeyId, fingerprint, expires_at };
    return wroteRow(
      database
        .insertInto('issued_secret')
        .values({ ...row, sealed: this.sealedBox.seal(secret, sealBinding(row)) })
        .onConflict(conflict => conflict.column('id').doNothing()),
    );
  }

  /**
   * Finds a secret that can still be told again.
   *
   * @throws BrokerError `SealedRowUnreadable` if the row was edited
   */
  async find(id: string, database: Kysely<Schema>): Promise<IssuedSecret | undefined> {
    const row = await database
      .selectFrom('issued_secret')
      .selectAll()
      .where('id', '=', id)
      .where('expires_at', '>', this.database.now())
      .executeTakeFirst();
    if (!row) return undefined;
    const secret = this.sealedBox.open(row.sealed, sealBinding(row));
    return { id, fingerprint: row.fingerprint, apiKeyId: row.api_key_id, secret };
  }
}

function sealBinding(row: Omit<Selectable<IssuedSecretTable>, 'sealed'>): RowBinding {
  const { id, api_key_id, fingerprint, expires_at } = row;
  return { table: 'issued_secret', column: 'sealed', id, facts: { api_key_id, fingerprint, expires_at } };
}
