import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { RowBinding } from '../../crypto/row-binding.ts';
import { SealedBox } from '../../crypto/sealed-box.ts';
import { Database } from '../../database/connection/database.ts';

const ID = 'refresh-tokens';

/** The sealed key of all fingerprints. It is created once per database. */
@Injectable()
export class LookupKeyRepository {
  constructor(
    private readonly database: Database,
    private readonly box: SealedBox,
  ) {}

  /** Of instances that start together, the first one creates the key. */
  async getOrCreate(): Promise<Buffer> {
    const stored = await this.find();
    if (stored) return stored;
    const sealed = this.box.seal(randomBytes(32).toString('base64'), binding);
    await this.database
      .insertInto('native_lookup_key')
      .values({ id: ID, sealed, created_at: this.database.now() })
      .onConflict(conflict => conflict.column('id').doNothing())
      .execute();
    const created = await this.find();
    if (!created) throw new Error('The key of the fingerprints is missing after it was stored.');
    return created;
  }

  private async find(): Promise<Buffer | undefined> {
    const row = await this.database
      .selectFrom('native_lookup_key')
      .select('sealed')
      .where('id', '=', ID)
      .executeTakeFirst();
    return row && Buffer.from(this.box.open(row.sealed, binding), 'base64');
  }
}

const binding: RowBinding = { table: 'native_lookup_key', column: 'sealed', id: ID, facts: {} };
