import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../database/connection/database.ts';
import { sealedColumns } from '../database/tables/sealed-columns.ts';
import { toTimestamp } from '../database/tables/timestamp.ts';

export type StoredEncryptionKey = { readonly fingerprint: string; readonly canary: string };

/** Stores the fingerprints and canaries of the encryption keys, never the keys. */
@Injectable()
export class EncryptionKeyRepository {
  constructor(private readonly database: Database) {}

  async list(): Promise<StoredEncryptionKey[]> {
    return this.database.selectFrom('encryption_key').select(['fingerprint', 'canary']).execute();
  }

  /** Stores a canary, unless another instance stored one for the same key first. */
  async insert({ fingerprint, canary }: StoredEncryptionKey): Promise<void> {
    await this.database
      .insertInto('encryption_key')
      .values({ fingerprint, canary, created_at: toTimestamp(new Date()) })
      .onConflict(conflict => conflict.column('fingerprint').doNothing())
      .execute();
  }

  /** Lists the fingerprints that stored rows name: the second part of every sealed text and MAC. */
  async listUsedFingerprints(): Promise<string[]> {
    const used = new Set<string>();
    for (const [table, column] of sealedColumns) {
      const { rows } = await sql<{ fingerprint: string }>`
        select distinct substr(${sql.ref(column)}, 3, 16) as fingerprint
        from ${sql.table(table)} where ${sql.ref(column)} is not null`.execute(this.database);
      for (const { fingerprint } of rows) used.add(fingerprint);
    }
    return [...used];
  }
}
