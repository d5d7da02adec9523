import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { Database } from '../../database/connection/database.ts';
import { wroteRow } from '../../database/connection/written-rows.ts';
import type { Schema } from '../../database/tables/schema.ts';
import type { SessionId } from '../../database/tables/id.ts';
import { NO_ATTEMPT, toGrantedRow } from '../stored/granted-row.ts';
import type { NewGrant } from '../stored/new-grant.ts';
import { isUnadopted } from '../stored/session-holders.ts';
import { askedScopeOf, mayHoldLiveGrant, type Session } from '../stored/session.ts';
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
   * Gives a session a new grant. A previous grant that may still live takes the place where the new one was stored,
   * marked `revoking`, so that a crash leaves no grant behind. Returns undefined if one of the two sessions changed since.
   */
  storeGrant(session: StoredSession, { id: place, grant }: NewGrant): Promise<Reconnected | undefined> {
    return this.database.transact(async transaction => {
      if (!(await this.lockUnchanged(session, transaction))) return undefined;
      const aside = this.asideOf(session, place);
      const isExchanged = await wroteRow(
        aside
          ? transaction.updateTable('oauth_session').set(aside).where(isUnadopted(place))
          : transaction.deleteFrom('oauth_session').where(isUnadopted(place)),
      );
      if (!isExchanged) return undefined;
      const { id, handle, purpose, generation } = session;
      const to = { id, handle, purpose, askedScope: askedScopeOf(session), generation: generation + 1 };
      const row = toGrantedRow(grant, to, this.sessionSecretsBox, await this.database.readNow(transaction));
      await transaction.updateTable('oauth_session').set(row).where('id', '=', id).execute();
      return { session: toSession(row), replaced: aside?.id };
    });
  }

  private async lockUnchanged(
    { id, generation, status }: StoredSession,
    transaction: Transaction<Schema>,
  ): Promise<boolean> {
    const query = transaction
      .selectFrom('oauth_session')
      .select('id')
      .where('id', '=', id)
      .where('generation', '=', generation)
      .where('status', '=', status);
    return (await this.database.dialect.lockRows(query).execute()).length === 1;
  }

  /** Returns the row that keeps a session's previous grant until it is revoked, or undefined if that grant is dead. */
  private asideOf(session: StoredSession, id: SessionId): SessionRow | undefined {
    const { row, secrets } = session;
    if (!secrets || !mayHoldLiveGrant(session)) return undefined;
    const aside: SessionRow = { ...row, ...NO_ATTEMPT, id, status: 'revoking', generation: 2 };
    return { ...aside, sealed: this.sessionSecretsBox.seal(secrets, aside) };
  }
}
