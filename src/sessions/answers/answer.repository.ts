import { Injectable } from '@nestjs/common';
import { Database } from '../../database/connection/database.ts';
import { wroteRow } from '../../database/connection/written-rows.ts';
import { toTimestamp } from '../../database/tables/timestamp.ts';
import type { Grant } from '../../oauth/authorization/grant.ts';
import { NO_ATTEMPT, toGrantedRow } from '../stored/granted-row.ts';
import type { Session } from '../stored/session.ts';
import type { StoredSession } from '../stored/session.repository.ts';
import { toBoundColumns } from '../stored/session-row.ts';
import { SessionSecretsBox } from '../stored/session-secrets.service.ts';
import type { RefreshedGrant, TokenFlaw } from './refreshed-grant.ts';

/**
 * Returns the generation that an answer to the refresh of `generation` gives a session. The row of a database that was
 * rolled back may be further behind than by one.
 */
export function generationAfter(generation: number, session: Pick<Session, 'generation'>): number {
  return Math.max(generation, session.generation) + 1;
}

/** Stores the answers to refreshes. */
@Injectable()
export class AnswerRepository {
  constructor(
    private readonly database: Database,
    private readonly sessionSecretsBox: SessionSecretsBox,
  ) {}

  /**
   * Stores the answer to the refresh of `generation` if the session has not changed since it was read. Returns whether it
   * did. A session that was given up for lack of this answer becomes active again. With a flaw, it becomes `needs_reauth`.
   *
   * Not guarded by the attempt: a refresh token is exchanged once, so this is the only answer, and an attempt that was
   * prepared meanwhile must not be sent.
   */
  storeAnswer(
    generation: number,
    session: StoredSession,
    grant: RefreshedGrant & { readonly flaw: TokenFlaw | null },
  ): Promise<boolean> {
    const row = toBoundColumns({ ...session, ...grant });
    return wroteRow(
      this.database
        .updateTable('oauth_session')
        .set({
          ...NO_ATTEMPT,
          ...row,
          sealed: this.sessionSecretsBox.seal(grant, row),
          status: grant.flaw === null ? 'active' : 'needs_reauth',
          reason: grant.flaw,
          needs_reauth_at: grant.flaw === null ? null : this.database.now(),
          generation: generationAfter(generation, session),
          next_refresh_at: toTimestamp(grant.nextRefreshAt),
          attempt_no: 0,
          failures: 0,
          rolled_back_at: null,
        })
        .where('id', '=', session.id)
        .where('generation', '=', session.generation)
        .where('status', '=', session.row.status),
    );
  }

  /** Stores a grant that the sweeper revokes, unless one with this id is stored already. */
  async insertRevoking(grant: Grant, of: Pick<Session, 'id' | 'purpose'>): Promise<void> {
    const to = { ...of, handle: null, generation: 1 };
    const row = toGrantedRow(grant, to, this.sessionSecretsBox, await this.database.readNow());
    await this.database
      .insertInto('oauth_session')
      .values({ ...row, status: 'revoking' })
      .onConflict(conflict => conflict.column('id').doNothing())
      .execute();
  }
}
