import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { RowBinding } from '../../crypto/row-binding.ts';
import { RowMac } from '../../crypto/row-mac.ts';
import { Database } from '../../database/connection/database.ts';
import { wroteRow } from '../../database/connection/written-rows.ts';
import type { Schema } from '../../database/tables/schema.ts';
import type { NativeAppId } from '../../database/tables/id.ts';
import { toTimestamp } from '../../database/tables/timestamp.ts';
import { type NativeApp, type NativeAppRow, toNativeApp, toNativeAppRow } from './native-app.ts';

/** Registered apps. Every row carries a MAC over all its columns. */
@Injectable()
export class NativeAppRepository {
  constructor(
    private readonly database: Database,
    private readonly rowMac: RowMac,
  ) {}

  /** @throws the database's error when the name or the client id is in use: see `isUniqueViolation` */
  async insertApp(app: NativeApp, database: Kysely<Schema>): Promise<void> {
    await database.insertInto('native_app').values(this.signed(app)).execute();
  }

  /** Replaces an app unless it changed since it was read as `was`. Returns whether it did. */
  async replaceApp(was: NativeApp, app: NativeApp, database: Kysely<Schema>): Promise<boolean> {
    return wroteRow(
      database
        .updateTable('native_app')
        .set(this.signed(app))
        .where('id', '=', was.id)
        .where('changed_at', '=', toTimestamp(was.changedAt)),
    );
  }

  /** Deletes an app if it is paused. Returns whether it did. */
  async deletePausedApp(id: NativeAppId, database: Kysely<Schema>): Promise<boolean> {
    return wroteRow(database.deleteFrom('native_app').where('id', '=', id).where('status', '=', 'paused'));
  }

  /** @throws BrokerError `SealedRowUnreadable` when a row was edited, as do all methods below */
  async listApps(): Promise<NativeApp[]> {
    const rows = await this.database.selectFrom('native_app').selectAll().orderBy('name').execute();
    return rows.map(row => this.verified(row));
  }

  findAppByName(name: string): Promise<NativeApp | undefined> {
    return this.findApp('name', name);
  }

  findAppByClientId(clientId: string): Promise<NativeApp | undefined> {
    return this.findApp('client_id', clientId);
  }

  private async findApp(column: 'name' | 'client_id', value: string): Promise<NativeApp | undefined> {
    const row = await this.database
      .selectFrom('native_app')
      .selectAll()
      .where(column, '=', value)
      .executeTakeFirst();
    return row && this.verified(row);
  }

  private signed(app: NativeApp): NativeAppRow {
    const row = toNativeAppRow(app);
    return { ...row, mac: this.rowMac.sign(macBinding(row)) };
  }

  private verified(row: NativeAppRow): NativeApp {
    this.rowMac.verify(row.mac, macBinding(row));
    return toNativeApp(row);
  }
}

function macBinding(row: Omit<NativeAppRow, 'mac'>): RowBinding {
  const { id, name, client_id, status, metadata, origins, created_at, changed_at } = row;
  const { attestation_header, attestation_digest } = row;
  const limit_per_minute = row.limit_per_minute === null ? null : String(row.limit_per_minute);
  return {
    table: 'native_app',
    column: 'mac',
    id,
    facts: {
      ...{ name, client_id, status, metadata, origins, created_at, changed_at },
      ...{ attestation_header, attestation_digest, limit_per_minute },
    },
  };
}
