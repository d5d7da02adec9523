import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { RowBinding } from '../crypto/row-binding.ts';
import { RowMac } from '../crypto/row-mac.ts';
import { Database } from '../database/connection/database.ts';
import { wroteRow } from '../database/connection/written-rows.ts';
import type { Schema } from '../database/tables/schema.ts';
import type { OperatorSessionId } from '../database/tables/id.ts';
import type { OperatorSession, OperatorSessionRow } from './operator-session.ts';

type NewRow = Omit<OperatorSessionRow, 'mac' | 'token_mac'>;

/** Stores operator sessions. Every row has a MAC over all its columns, and one over the admin token. */
@Injectable()
export class OperatorSessionRepository {
  constructor(
    private readonly database: Database,
    private readonly mac: RowMac,
  ) {}

  /** Stores a session that is valid while `adminToken` is the one in the settings. */
  async insert(row: NewRow, adminToken: string, database: Kysely<Schema>): Promise<void> {
    const bound = { ...row, token_mac: this.mac.sign(tokenMacBinding(row.id, adminToken)) };
    await database
      .insertInto('operator_session')
      .values({ ...bound, mac: this.mac.sign(macBinding(bound)) })
      .execute();
  }

  /**
   * Finds the session of a cookie, if it began with this admin token.
   *
   * @throws BrokerError `SealedRowUnreadable` if the row was edited
   */
  async findByDigest(digest: string, adminToken: string): Promise<OperatorSession | undefined> {
    const row = await this.database
      .selectFrom('operator_session')
      .selectAll()
      .where('digest', '=', digest)
      .executeTakeFirst();
    if (!row) return undefined;
    this.mac.verify(row.mac, macBinding(row));
    const isOfToken = this.mac.isValid(row.token_mac, tokenMacBinding(row.id, adminToken));
    return isOfToken ? { id: row.id, expiresAt: new Date(row.expires_at) } : undefined;
  }

  /** Deletes a session. Returns whether it existed. */
  async delete(id: OperatorSessionId, database: Kysely<Schema>): Promise<boolean> {
    return wroteRow(database.deleteFrom('operator_session').where('id', '=', id));
  }
}

function macBinding({
  id,
  digest,
  token_mac,
  created_at,
  expires_at,
}: Omit<OperatorSessionRow, 'mac'>): RowBinding {
  return {
    table: 'operator_session',
    column: 'mac',
    id,
    facts: { digest, token_mac, created_at, expires_at },
  };
}

/** Binds the token by a MAC: a digest could be guessed from the database. */
function tokenMacBinding(id: OperatorSessionId, adminToken: string): RowBinding {
  return { table: 'operator_session', column: 'token_mac', id, facts: { admin_token: adminToken } };
}
