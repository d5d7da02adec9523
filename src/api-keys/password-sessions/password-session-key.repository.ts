import { Injectable } from '@nestjs/common';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { RowBinding } from '../../crypto/row-binding.ts';
import { SealedBox } from '../../crypto/sealed-box.ts';
import { SealedJson } from '../../crypto/sealed-json.ts';
import { Database } from '../../database/connection/database.ts';

const ID = 'signing';

const binding: RowBinding = { table: 'password_session_key', column: 'sealed', id: ID, facts: {} };

/** The sealed key that signs the tokens of password sessions. It is created once per database. */
@Injectable()
export class PasswordSessionKeyRepository {
  private readonly sealedJwk: SealedJson<JWK>;

  constructor(
    private readonly database: Database,
    box: SealedBox,
  ) {
    this.sealedJwk = new SealedJson(box);
  }

  /** Of instances that start together, the first one creates the key. */
  async getOrCreate(): Promise<JWK> {
    const stored = await this.find();
    if (stored) return stored;
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const sealed = this.sealedJwk.seal(await exportJWK(privateKey), binding);
    await this.database
      .insertInto('password_session_key')
      .values({ id: ID, sealed, created_at: this.database.now() })
      .onConflict(conflict => conflict.column('id').doNothing())
      .execute();
    const created = await this.find();
    if (!created) throw new Error('The key of password sessions is missing after it was stored.');
    return created;
  }

  private async find(): Promise<JWK | undefined> {
    const row = await this.database
      .selectFrom('password_session_key')
      .select('sealed')
      .where('id', '=', ID)
      .executeTakeFirst();
    return row && this.sealedJwk.open(row.sealed, binding);
  }
}
