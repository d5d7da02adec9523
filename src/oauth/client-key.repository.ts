import { Injectable } from '@nestjs/common';
import type { JWK } from 'jose';
import type { Selectable } from 'kysely';
import type { RowBinding } from '../crypto/row-binding.ts';
import { SealedBox } from '../crypto/sealed-box.ts';
import { Database } from '../database/database.ts';
import type { ClientKeyTable } from '../database/tables/client-key.ts';

/** A stored client key of the broker with its life. */
export type StoredClientKey = {
  readonly kid: string;
  readonly privateJwk: JWK;
  readonly activeAt: Date;
  readonly retiredAt: Date | null;
};

/** The broker's client keys, sealed, shared by all its instances. */
@Injectable()
export class ClientKeyRepository {
  constructor(
    private readonly database: Database,
    private readonly box: SealedBox,
  ) {}

  /** Lists every key that is published, the one that became active last first. */
  async list(): Promise<StoredClientKey[]> {
    const rows = await this.database
      .selectFrom('client_key')
      .selectAll()
      .where('app', 'is', null)
      .orderBy('active_at', 'desc')
      .orderBy('kid')
      .execute();
    return rows.map(row => this.toClientKey(row));
  }

  async insert(privateJwk: JWK & { kid: string }, now: Date): Promise<void> {
    const at = now.toISOString();
    const { kid } = privateJwk;
    const times = { created_at: at, published_at: at, active_at: at, retired_at: null };
    const sealed = this.box.seal(JSON.stringify(privateJwk), bindingOf({ kid, app: null }));
    await this.database
      .insertInto('client_key')
      .values({ kid, app: null, sealed, ...times })
      .execute();
  }

  private toClientKey(row: Selectable<ClientKeyTable>): StoredClientKey {
    return {
      kid: row.kid,
      privateJwk: JSON.parse(this.box.open(row.sealed, bindingOf(row))) as JWK,
      activeAt: new Date(row.active_at),
      retiredAt: row.retired_at === null ? null : new Date(row.retired_at),
    };
  }
}

function bindingOf({ kid, app }: { kid: string; app: string | null }): RowBinding {
  return { table: 'client_key', column: 'sealed', id: kid, facts: { app } };
}
