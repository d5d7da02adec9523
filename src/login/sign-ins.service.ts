import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.ts';
import { Database } from '../database/connection/database.ts';
import { requireAllowedAccount } from '../identity/resolution/allowed-accounts.ts';
import { VerifiedHandles } from '../identity/handles/verified-handles.service.ts';
import { Log } from '../observability/log/log.ts';
import { ScopeShortfalls } from '../sessions/stored/scope-shortfalls.service.ts';
import type { NewGrant } from '../sessions/stored/new-grant.ts';
import { Sessions } from '../sessions/use/sessions.service.ts';
import { type OpenedUiSession, UiSessions } from '../ui-sessions/ui-sessions.service.ts';
import type { LoginBrowser } from './login-browser.ts';

/** Signs browsers in with the grants of their accounts. */
@Injectable()
export class SignIns {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly verifiedHandles: VerifiedHandles,
    private readonly sessions: Sessions,
    private readonly scopeShortfalls: ScopeShortfalls,
    private readonly uiSessions: UiSessions,
    private readonly log: Log,
  ) {}

  /**
   * Opens a UI session for a grant, and ends the browser's earlier UI session. If this throws, the caller abandons the
   * grant.
   *
   * @throws BrokerError `AccountNotAllowed`
   */
  async signIn(newGrant: NewGrant, browser: LoginBrowser): Promise<OpenedUiSession> {
    const { did } = newGrant.grant;
    requireAllowedAccount(did, this.config);
    const handle = await this.verifiedHandles.verify(did);
    const previous = browser.cookie && (await this.uiSessions.findByCookie(browser.cookie));
    const { session, opened, replaced } = await this.database.transact(async transaction => {
      const session = await this.sessions.adopt(newGrant, { handle, purpose: 'ui' }, transaction);
      const opened = await this.uiSessions.openUiSession(session, browser.userAgent, transaction);
      const replaced = previous ? await this.uiSessions.beginEnding(previous, transaction) : false;
      return { session, opened, replaced };
    });
    this.log.signedIn({ did: session.did, sessionId: session.id, pds: session.pds });
    this.scopeShortfalls.reportGrant(session, 'login');
    if (previous && replaced) await this.uiSessions.finishEnding(previous);
    return opened;
  }
}
