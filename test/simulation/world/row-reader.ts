import type { Config } from '../../../src/config/config.ts';
import { Keyring } from '../../../src/crypto/keyring.ts';
import { SealedBox } from '../../../src/crypto/sealed-box.ts';
import type { SessionId } from '../../../src/database/tables/id.ts';
import { SessionSecretsBox } from '../../../src/sessions/stored/session-secrets.service.ts';
import type { SessionRow } from '../../../src/sessions/stored/session-row.ts';
import type { Store } from '../database/store.ts';

/** A session's row as the database has it, with its opened refresh token. */
export type ReadRow = {
  readonly row: SessionRow;
  readonly refreshToken: string | undefined;
};

/** Reads rows beside all brokers, for the rules. */
export class RowReader {
  readonly #store: Store;
  readonly #box: SessionSecretsBox;

  constructor(store: Store, { encryption }: Config) {
    this.#store = store;
    const keys = encryption.kind === 'given' ? encryption.keys : [];
    this.#box = new SessionSecretsBox(new SealedBox(new Keyring(keys)));
  }

  async find(id: SessionId): Promise<ReadRow | undefined> {
    const rows = await this.#store.query(`select * from oauth_session where id = '${id}'`);
    return rows.map(row => this.open(row as unknown as SessionRow))[0];
  }

  async list(): Promise<ReadRow[]> {
    return (await this.listSealed()).map(row => this.open(row));
  }

  async listSealed(): Promise<SessionRow[]> {
    return (await this.#store.query('select * from oauth_session order by id')) as unknown as SessionRow[];
  }

  /** Returns the number of rows of a query. */
  async count(sql: string): Promise<number> {
    return (await this.#store.query(sql)).length;
  }

  /** Writes a row back as it was. */
  async putBack(row: SessionRow): Promise<void> {
    const columns = Object.entries(row).filter(([name]) => name !== 'id');
    const set = columns.map(([name, value]) => `${name} = ${literal(value)}`).join(', ');
    await this.#store.query(`update oauth_session set ${set} where id = '${row.id}'`);
  }

  /** Opens a row. */
  open(row: SessionRow): ReadRow {
    return { row, refreshToken: this.#tokenOf(row) };
  }

  #tokenOf(row: SessionRow): string | undefined {
    if (row.sealed === null) return undefined;
    try {
      return this.#box.open(row.sealed, row).refreshToken ?? undefined;
    } catch {
      return undefined;
    }
  }
}

function literal(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : `'${(value as string).replaceAll("'", "''")}'`;
}
