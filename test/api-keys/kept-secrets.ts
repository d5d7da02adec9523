import { SealedBox } from '../../src/crypto/sealed-box.ts';
import type { TestBroker } from '../broker/test-broker.ts';

const past = '2020-01-01T00:00:00.000Z';

/** Stores every kept secret again, as if it had been issued long ago. */
export async function letKeptSecretsExpire({ app, database }: TestBroker): Promise<void> {
  const box = app.get(SealedBox, { strict: false });
  for (const { sealed, ...row } of await database.selectFrom('issued_secret').selectAll().execute()) {
    const bindingAt = (expires_at: string) => {
      const facts = { api_key_id: row.api_key_id, fingerprint: row.fingerprint, expires_at };
      return { table: 'issued_secret', column: 'sealed', id: row.id, facts } as const;
    };
    const resealed = box.seal(box.open(sealed, bindingAt(row.expires_at)), bindingAt(past));
    await database
      .updateTable('issued_secret')
      .set({ expires_at: past, sealed: resealed })
      .where('id', '=', row.id)
      .execute();
  }
}
