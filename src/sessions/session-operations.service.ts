import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import type { SessionReason } from '../database/tables/oauth-session.ts';
import { BrokerError } from '../errors/broker-error.ts';
import { Endings } from './endings.service.ts';
import { isLive, LiveSessions } from './live-sessions.ts';
import { TokenOracle } from './oracle.ts';
import type { RefreshResult } from './refresh-result.ts';
import { Refresher } from './refresher.service.ts';
import type { Session } from './session.ts';
import { type SessionQuery, SessionRepository } from './session.repository.ts';

/** What a session is good for, as its PDS says now. */
export type Validity =
  | { readonly status: 'active' }
  | { readonly status: 'needs_reauth'; readonly reason: SessionReason | null }
  | { readonly status: 'unreachable' };

/** What the operator may do with sessions. */
@Injectable()
export class SessionOperations {
  constructor(
    private readonly database: Database,
    private readonly sessions: SessionRepository,
    private readonly live: LiveSessions,
    private readonly refresher: Refresher,
    private readonly oracle: TokenOracle,
    private readonly endings: Endings,
  ) {}

  /** Lists a page of sessions, and where the next one begins. */
  async list(query: SessionQuery): Promise<{ sessions: Session[]; cursor?: string }> {
    const sessions = await this.sessions.list(query);
    const last = sessions.at(-1);
    return sessions.length === query.limit && last ? { sessions, cursor: last.id } : { sessions };
  }

  /** @throws BrokerError `NotFound` */
  async get(id: string): Promise<Session> {
    const session = await this.sessions.find(id);
    if (!session) throw new BrokerError('NotFound', 'There is no such session.');
    return session;
  }

  /** Refreshes a session whatever policy says; what an earlier attempt left in doubt stays as careful as ever. */
  async refresh(id: string): Promise<RefreshResult> {
    await this.get(id);
    return this.refresher.refresh(id, { kind: 'forced' });
  }

  /** Asks the PDS whether the session works: one authenticated request, after a refresh where the token has run out. */
  async validate(id: string): Promise<Validity> {
    await this.get(id);
    await this.refresher.refresh(id, { kind: 'policy' });
    const session = await this.live.reload(id);
    if (!isLive(session)) return { status: 'needs_reauth', reason: session?.reason ?? null };
    if ((await this.oracle.ask(session)) === 'alive') return { status: 'active' };
    await this.refresher.refresh(id, { kind: 'refused', generation: session.generation });
    const again = await this.live.reload(id);
    if (!isLive(again)) return { status: 'needs_reauth', reason: again?.reason ?? null };
    return { status: (await this.oracle.ask(again)) === 'alive' ? 'active' : 'unreachable' };
  }

  /** Ends a session, for everybody who holds it. */
  async revoke(id: string): Promise<void> {
    await this.get(id);
    await this.database.transaction().execute(transaction => this.endings.begin(id, transaction));
    this.live.forget(id);
    await this.endings.finish(id);
  }
}
