import type { SessionId } from '../../src/database/tables/id.ts';
import { toTimestamp } from '../../src/database/tables/timestamp.ts';
import type { Database } from '../../src/database/connection/database.ts';
import type { SessionSecretsBox } from '../../src/sessions/stored/session-secrets.service.ts';

const LONGER_THAN_GRACE_MS = 10 * 60_000;

/** Makes sessions older than the time in which a new session may be without a holder. By default all. */
export async function letGraceEnd(
  database: Database,
  box: Pick<SessionSecretsBox, 'open' | 'seal'>,
  among: (id: SessionId) => boolean = () => true,
): Promise<void> {
  const granted_at = toTimestamp(new Date(Date.now() - LONGER_THAN_GRACE_MS));
  for (const row of await database.selectFrom('oauth_session').selectAll().execute()) {
    if (!among(row.id)) continue;
    const sealed = row.sealed && box.seal(box.open(row.sealed, row), { ...row, granted_at });
    await database
      .updateTable('oauth_session')
      .set({ granted_at, sealed })
      .where('id', '=', row.id)
      .where('generation', '=', row.generation)
      .execute();
  }
}
