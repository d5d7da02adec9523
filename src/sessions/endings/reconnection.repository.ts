import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { Database } from '../../database/connection/database.ts';
import type { Schema } from '../../database/tables/schema.ts';
import type { Grant } from '../../oauth/authorization/grant.ts';
import { NO_ATTEMPT, toGrantedRow } from '../stored/granted-row.ts';
import { askedScopeOf, type Session } from '../stored/session.ts';
import type { StoredSession } from '../stored/session.repository.ts';
import { type SessionRow, toSession } from '../stored/session-row.ts';
import { SessionSecretsBox } from '../stored/session-secrets.service.ts';

/** A session that took a grant, and the id under which the grant that it had is to be revoked, if it had one. */
export type Reconnected = { readonly session: Session; readonly replaced: string | undefined };

/** Sessions that take a new grant. */
@Injectable()
export class ReconnectionRepository {
  constructor(
    private readonly database: Database,
    private readonly sessionSecretsBox: SessionSecretsBox,
  ) {}

  /**
   * Gives a session a new grant, unless it is not as it was read any more. The grant of one that is active stays as a
   * session of its own that is to be revoked, so that a crash leaves none behind.
   */
  storeGrant(session: StoredSession, grant: Grant): Promise<Reconnected | undefined> {
    return this.database.transaction().execute(async transaction => {
      const { id, handle, purpose, generation, status } = session;
      const to = { id, handle, purpose, askedScope: askedScopeOf(session), generation: generation + 1 };
      const row = toGrantedRow(grant, to, this.sessionSecretsBox, await this.database.readNow(transaction));
      const { numUpdatedRows } = await transaction
        .updateTable('oauth_session')
        .set(row)
        .where('id', '=', id)
        .where('generation', '=', generation)
        .where('status', '=', status)
        .executeTakeFirst();
      if (numUpdatedRows !== 1n) return undefined;
      const replaced = status === 'active' ? await this.putAside(session, transaction) : undefined;
      return { session: toSession(row), replaced };
    });
  }

  /** Keeps a session's grant under another id, until it is revoked. */
  private async putAside(
    { row, secrets }: StoredSession,
    transaction: Transaction<Schema>,
  ): Promise<string | undefined> {
    if (!secrets) return undefined;
    const aside: SessionRow = { ...row, ...NO_ATTEMPT, id: randomUUID(), status: 'revoking' };
    const sealed = this.sessionSecretsBox.seal(secrets, aside);
    await transaction
      .insertInto('oauth_session')
      .values({ ...aside, sealed })
      .execute();
    return aside.id;
  }
}
