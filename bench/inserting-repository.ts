import type { SealedBox } from '../src/crypto/sealed-box.ts';
import type { Database } from '../src/database/connection/database.ts';
import type { HighWater } from '../src/high-water/high-water.service.ts';
import { SessionMarks } from '../src/sessions/stored/session-marks.service.ts';
import { SessionRepository } from '../src/sessions/stored/session.repository.ts';
import { SessionSecretsBox } from '../src/sessions/stored/session-secrets.service.ts';

/** Returns a repository that stores sessions. It reads none, so it needs no journal. */
export function insertingRepository(database: Database, box: SealedBox): SessionRepository {
  const noJournal = { register: () => undefined } as unknown as HighWater;
  return new SessionRepository(database, new SessionSecretsBox(box), new SessionMarks(noJournal));
}
