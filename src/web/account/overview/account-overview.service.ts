import { Injectable } from '@nestjs/common';
import type { ApiKeyId, UiSessionId } from '../../../database/tables/id.ts';
import type { BrowserPrincipal } from '../../../access/principal.ts';
import { ApiKeys } from '../../../api-keys/keys/api-keys.service.ts';
import { Config } from '../../../config/config.ts';
import { VerifiedHandles } from '../../../identity/handles/verified-handles.service.ts';
import { reconsentUrl } from '../../../sessions/endings/reconsent-url.ts';
import { ScopeShortfalls } from '../../../sessions/stored/scope-shortfalls.service.ts';
import { Sessions } from '../../../sessions/use/sessions.service.ts';
import { OwnUiSessions } from '../../../ui-sessions/own-ui-sessions.service.ts';
import { toUiSessionView } from '../../../ui-sessions/ui-session-view.ts';
import { LostKeyReasons } from '../keys/lost-key-reasons.service.ts';
import { toShownKey } from '../keys/shown-key.ts';
import type { AccountView } from './account-view.ts';

const BROWSERS_SHOWN = 50;
const KEYS_SHOWN = 500;

export type AccountCursors = {
  readonly browsers?: UiSessionId | undefined;
  readonly keys?: ApiKeyId | undefined;
};

type Overview = Omit<AccountView, 'basePath' | 'brokerName' | 'done' | 'count' | 'problem'>;

/** Gathers the contents of the account's page. */
@Injectable()
export class AccountOverview {
  constructor(
    private readonly config: Config,
    private readonly sessions: Sessions,
    private readonly verifiedHandles: VerifiedHandles,
    private readonly scopeShortfalls: ScopeShortfalls,
    private readonly ownUiSessions: OwnUiSessions,
    private readonly apiKeys: ApiKeys,
    private readonly lostKeyReasons: LostKeyReasons,
  ) {}

  /** @throws BrokerError `ReauthorizationRequired` if the browser's own session has ended */
  async read(caller: BrowserPrincipal, cursors: AccountCursors): Promise<Overview> {
    const { did, sessionId, uiSessionId } = caller;
    const [session, handle, browsers, listed] = await Promise.all([
      this.sessions.get(sessionId),
      this.verifiedHandles.find(did),
      this.ownUiSessions.list(did, { cursor: cursors.browsers, limit: BROWSERS_SHOWN }),
      this.apiKeys.list({ did, cursor: cursors.keys, limit: KEYS_SHOWN }),
    ]);
    const shown = browsers.uiSessions.map(uiSession => toUiSessionView(uiSession, uiSessionId));
    const keys = listed.keys.map(key => toShownKey(key));
    return {
      session,
      handle,
      shortfall: this.scopeShortfalls.missingParts(session),
      reconsentUrl: reconsentUrl(session, this.config),
      browsers: shown.toSorted(byCurrentAndLastSeen),
      browsersCursor: browsers.cursor,
      keys: keys.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1)),
      keysCursor: listed.cursor,
      lost: await this.lostKeyReasons.explain(listed.keys),
      mayMakeKeys: this.config.keyRequests !== 'off',
    };
  }
}

function byCurrentAndLastSeen(
  a: AccountView['browsers'][number],
  b: AccountView['browsers'][number],
): number {
  if (a.current !== b.current) return a.current ? -1 : 1;
  return a.lastSeenAt < b.lastSeenAt ? 1 : -1;
}
