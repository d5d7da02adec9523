import { Injectable } from '@nestjs/common';
import type { Expression, SqlBool } from 'kysely';
import { Database } from '../../database/connection/database.ts';
import type { SessionId } from '../../database/tables/id.ts';
import type { Did } from '../../database/tables/did.ts';
import { END_NOTICE_MS, LIFE_LIMIT_MS } from '../../sessions/stored/refresh-policy.ts';

/** A session whose absolute end is near. */
export type EndingSession = {
  readonly id: SessionId;
  readonly did: Did;
  readonly kid: string | null;
  readonly grantedAt: Date;
};

/** Reads the sessions whose absolute end is near. */
@Injectable()
export class EndingSessionRepository {
  constructor(private readonly database: Database) {}

  /** Lists active sessions within the notice period before their end, sorted by id, after the id `after`. */
  async list(limit: number, after: SessionId): Promise<EndingSession[]> {
    const rows = await this.database
      .selectFrom('oauth_session')
      .select(['id', 'did', 'kid', 'granted_at'])
      .where('status', '=', 'active')
      .where('id', '>', after)
      .where(eb => {
        const isNear = (client: keyof typeof LIFE_LIMIT_MS): Expression<SqlBool> => {
          const [life, notice] = [LIFE_LIMIT_MS[client] / 1000, END_NOTICE_MS[client] / 1000];
          return eb.and([
            eb('granted_at', '<=', this.database.now(notice - life)),
            eb('granted_at', '>', this.database.now(-life)),
          ]);
        };
        return eb.or([
          eb.and([eb('kid', 'is', null), isNear('public')]),
          eb.and([eb('kid', 'is not', null), isNear('confidential')]),
        ]);
      })
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(({ granted_at, ...row }) => ({ ...row, grantedAt: new Date(granted_at) }));
  }
}
