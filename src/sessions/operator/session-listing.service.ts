import { Injectable } from '@nestjs/common';
import { nextCursor } from '../../database/connection/next-cursor.ts';
import { VerifiedHandles } from '../../identity/handles/verified-handles.service.ts';
import { HandleVerifier } from '../../identity/resolution/handle-verifier.service.ts';
import { withinTime } from '../../waiting/within-time.ts';
import type { Session } from '../stored/session.ts';
import { type SessionQuery, SessionRepository } from '../stored/session.repository.ts';
import { type SessionView, toSessionView } from './session-view.ts';

/** How long the operator waits for a handle to be resolved. */
const PATIENCE_MS = 5_000;

/** Sessions as the operator sees them, with the handles of their accounts. */
@Injectable()
export class SessionListing {
  constructor(
    private readonly sessionRows: SessionRepository,
    private readonly verifiedHandles: VerifiedHandles,
    private readonly handleVerifier: HandleVerifier,
  ) {}

  /**
   * Returns a page of sessions, and the cursor of the next page if there may be one. A handle is resolved now. Sessions
   * whose accounts had it when they were granted are found if no session's account has it.
   */
  async list(query: SessionQuery): Promise<{ sessions: SessionView[]; cursor?: string }> {
    const sessions = await this.find(query);
    return { sessions: await this.viewAll(sessions), ...nextCursor(sessions, query.limit, ({ id }) => id) };
  }

  async view(session: Session): Promise<SessionView> {
    const known = await this.verifiedHandles.listKnown([session.did]);
    return toSessionView(session, known.get(session.did) ?? null);
  }

  private async find(query: SessionQuery): Promise<Session[]> {
    const { handle, ...others } = query;
    if (handle === undefined || query.did !== undefined) return this.sessionRows.listSessions(query);
    const resolving = this.handleVerifier.resolve(handle).catch(() => null);
    const did = await withinTime(PATIENCE_MS, resolving, null);
    const found = did === null ? [] : await this.sessionRows.listSessions({ ...others, did });
    return found.length > 0 ? found : this.sessionRows.listSessions(query);
  }

  private async viewAll(sessions: readonly Session[]): Promise<SessionView[]> {
    const known = await this.verifiedHandles.listKnown(sessions.map(({ did }) => did));
    return sessions.map(session => toSessionView(session, known.get(session.did) ?? null));
  }
}
