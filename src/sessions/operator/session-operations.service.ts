import { Injectable } from '@nestjs/common';
import type { AuditSource } from '../../audit/audit-event.ts';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { Database } from '../../database/connection/database.ts';
import type { SessionReason } from '../../database/tables/oauth-session.ts';
import { parseId, SessionId } from '../../database/tables/id.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { SessionRevocation } from '../endings/session-revocation.service.ts';
import { databaseTime, isLive, SessionCache } from '../stored/session.cache.ts';
import { TokenProbe, type TokenVerdict } from '../pds/token-probe.service.ts';
import { isSettling } from '../stored/refresh-policy.ts';
import type { RefreshResult } from '../refresh/refresh-result.ts';
import { Refresher, type RefreshTrigger } from '../refresh/refresher.service.ts';
import type { Session } from '../stored/session.ts';
import { SessionRepository } from '../stored/session.repository.ts';
import { withinTime } from '../../waiting/within-time.ts';

/** How long the operator waits for a refresh. The refresh itself goes on. */
const PATIENCE_MS = 30_000;

/** The state of a session, by its PDS's response just now. */
export type Validity =
  | { readonly status: 'active' }
  | { readonly status: 'needs_reauth'; readonly reason: SessionReason | null }
  | { readonly status: 'unreachable' };

/** The operator's actions on sessions. */
@Injectable()
export class SessionOperations {
  constructor(
    private readonly database: Database,
    private readonly sessionRows: SessionRepository,
    private readonly sessionCache: SessionCache,
    private readonly refresher: Refresher,
    private readonly tokenProbe: TokenProbe,
    private readonly sessionRevocation: SessionRevocation,
    private readonly auditLog: AuditLog,
  ) {}

  /** @throws BrokerError `NotFound` */
  async get(id: string): Promise<Session> {
    const sessionId = parseId(SessionId, id);
    const session = sessionId && (await this.sessionRows.findSession(sessionId));
    if (!session) throw new BrokerError('NotFound', 'There is no session with this id.');
    return session;
  }

  /** Refreshes a session even if it is not due. An attempt in doubt is treated as carefully as ever. */
  async refresh(text: string, by: AuditSource): Promise<RefreshResult> {
    const { id, did } = await this.get(text);
    const action = 'session.refresh-requested';
    await this.auditLog.record({ ...by, action, did, target: { kind: 'session', id } });
    return this.awaitRefresh(id, { kind: 'forced' });
  }

  /**
   * Checks at the PDS whether the session works, after a refresh if one is due. If the PDS refuses the token, checks once
   * more after another refresh, unless the token was refreshed within the last minute.
   */
  async validate(text: string): Promise<Validity> {
    const { id } = await this.get(text);
    await this.awaitRefresh(id, { kind: 'policy' });
    const session = await this.sessionCache.reload(id);
    if (!isLive(session)) return needsOwner(session);
    const verdict = await this.tokenProbe.probeToken(session);
    if (verdict !== 'dead' || isSettling(session, databaseTime(session))) return toValidity(verdict);
    await this.awaitRefresh(id, { kind: 'refused', generation: session.generation });
    const renewed = await this.sessionCache.reload(id);
    if (!isLive(renewed)) return needsOwner(renewed);
    return renewed.generation > session.generation
      ? toValidity(await this.tokenProbe.probeToken(renewed))
      : { status: 'unreachable' };
  }

  /** Revokes a session, for all its holders. */
  async revoke(text: string, by: AuditSource): Promise<void> {
    const { id, did } = await this.get(text);
    await this.database.transact(async transaction => {
      if (!(await this.sessionRevocation.markRevoking(id, transaction))) return;
      const event = { ...by, action: 'session.revoked', did, target: { kind: 'session', id } } as const;
      await this.auditLog.record(event, transaction);
    });
    await this.sessionRevocation.revokeMarked(id);
  }

  private awaitRefresh(id: SessionId, trigger: RefreshTrigger): Promise<RefreshResult> {
    const slow: RefreshResult = { kind: 'failed', error: 'slow' };
    return withinTime(PATIENCE_MS, this.refresher.refresh(id, trigger), slow);
  }
}

function needsOwner(session: Session | undefined): Validity {
  return { status: 'needs_reauth', reason: session?.reason ?? null };
}

function toValidity(verdict: TokenVerdict): Validity {
  return { status: verdict === 'alive' ? 'active' : 'unreachable' };
}
