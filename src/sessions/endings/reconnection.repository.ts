import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { Database } from '../../database/connection/database.ts';
import { wroteRow } from '../../database/connection/written-rows.ts';
import type { Schema } from '../../database/tables/schema.ts';
import { newId, SessionId } from '../../database/tables/id.ts';
import type { Grant } from '../../oauth/authorization/grant.ts';
import { NO_ATTEMPT, toGrantedRow } from '../stored/granted-row.ts';
import { askedScopeOf, holdsLiveGrant, type Session } from '../stored/session.ts';
import type { StoredSession } from '../stored/session.repository.ts';
import { type SessionRow, toSession } from '../stored/session-row.ts';
import { SessionSecretsBox } from '../stored/session-secrets.service.ts';

/** A session with its new grant, and the id under which its previous grant is to be revoked, if it had one. */
export type Reconnected = { readonly session: Session; readonly replaced: SessionId | undefined };

/** Stores new grants in existing sessions. */
@Injectable()
export class ReconnectionRepository {
  constructor(
    private readonly database: Database,
    private readonly sessionSecretsBox: SessionSecretsBox,
  ) {}

  /**
   * Gives a session a new grant. A previous grant that still lives moves to a session of its own, marked
   * `revoking`, so that a crash leaves no grant behind. Returns undefined if the session changed since it was read.
   */
  storeGrant(session: StoredSession, grant: Grant): Promise<Reconnected | undefined> {
    return this.database.transaction().execute(async transaction => {
      const { id, handle, purpose, generation, status } = session;
      const to = { id, handle, purpose, askedScope: askedScopeOf(session), generation: generation + 1 };
      const row = toGrantedRow(grant, to, this.sessionSecretsBox, await this.database.readNow(transaction));
      const update = transaction
        .updateTable('oauth_session')
        .set(row)
        .where('id', '=', id)
        .where('generation', '=', generation)
        .where('status', '=', status);
      if (!(await wroteRow(update))) return undefined;
      const replaced = holdsLiveGrant(session) ? await this.putAside(session, transaction) : undefined;
      return { session: toSession(row), replaced };
    });
  }

  /** Stores a session's grant under another id, until it is revoked. */
  private async putAside(
    { row, secrets }: StoredSession,
    transaction: Transaction<Schema>,
  ): Promise<SessionId | undefined> {
    if (!secrets) return undefined;
    const aside: SessionRow = { ...row, ...NO_ATTEMPT, id: newId(SessionId), status: 'revoking' };
    const sealed = this.sessionSecretsBox.seal(secrets, aside);
    await transaction
      .insertInto('oauth_session')
      .values({ ...aside, sealed })
      .execute();
    return aside.id;
  }
}
