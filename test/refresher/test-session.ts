import { createHash } from 'node:crypto';
import type { SessionReason } from '../../src/database/tables/oauth-session.ts';
import { toTimestamp } from '../../src/database/tables/timestamp.ts';
import type { SessionId } from '../../src/database/tables/id.ts';
import { SessionCache } from '../../src/sessions/stored/session.cache.ts';
import type { RefreshResult } from '../../src/sessions/refresh/refresh-result.ts';
import { Refresher } from '../../src/sessions/refresh/refresher.service.ts';
import { SessionRepository } from '../../src/sessions/stored/session.repository.ts';
import { SessionSecretsBox } from '../../src/sessions/stored/session-secrets.service.ts';
import { UiSessions } from '../../src/ui-sessions/ui-sessions.service.ts';
import { accountOf, type TestBroker } from '../broker/test-broker.ts';
import { skipWaits } from '../broker/skip-waits.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import type { TokenRequest } from '../network/token-log.ts';
import { asId } from '../ids.ts';

export type SessionState = {
  status: string;
  reason: SessionReason | null;
  generation: number;
  attempt_state: string | null;
  failures: number;
};

/** The response to a caller. */
export type CallAnswer = { status: number; error: string | undefined; retryAfter: string | null };

/** A signed-in session, observed in the database and over HTTP. */
export class TestSession {
  readonly broker: TestBroker;
  readonly browser: BrowserClient;
  readonly id: SessionId;

  constructor(broker: TestBroker, browser: BrowserClient, id: SessionId) {
    this.broker = broker;
    this.browser = browser;
    this.id = id;
  }

  /** Returns the same session at another broker of the same database. */
  at(broker: TestBroker): TestSession {
    return new TestSession(broker, this.browser.through(broker.url), this.id);
  }

  /** Forces a refresh. */
  refresh(broker = this.broker): Promise<RefreshResult> {
    return broker.app.get(Refresher).refresh(this.id, { kind: 'forced' });
  }

  /** Calls the PDS through a broker. */
  async call(broker = this.broker): Promise<CallAnswer> {
    const answer = await this.browser.through(broker.url).get('/xrpc/com.atproto.server.getSession');
    const { error } = (await answer.json()) as { error?: string };
    return { status: answer.status, error, retryAfter: answer.headers.get('retry-after') };
  }

  /** Calls the PDS, and leaves after some milliseconds or at a signal, with a rejection. */
  async callAndLeave(leaving: number | AbortSignal): Promise<void> {
    const signal = typeof leaving === 'number' ? AbortSignal.timeout(leaving) : leaving;
    await this.browser.request('GET', '/xrpc/com.atproto.server.getSession', { signal });
  }

  async state(): Promise<SessionState> {
    return this.broker.database
      .selectFrom('oauth_session')
      .select(['status', 'reason', 'generation', 'attempt_state', 'failures'])
      .where('id', '=', this.id)
      .executeTakeFirstOrThrow();
  }

  /** Returns whether the session works, without a pending attempt or back-off. */
  async isAtRest(): Promise<boolean> {
    const { status, attempt_state, failures } = await this.state();
    return status === 'active' && attempt_state === null && failures === 0;
  }

  /** Returns the SHA-256 of the stored refresh token, as in the network's list. */
  async digest(): Promise<string> {
    const session = await this.broker.app.get(SessionRepository).findSession(this.id);
    return createHash('sha256')
      .update(session?.secrets?.refreshToken ?? '')
      .digest('hex');
  }

  /** Returns the token requests with a refresh token, except those that only got a nonce. */
  async requestsOf(digest: string): Promise<TokenRequest[]> {
    const requests = await this.broker.network.listTokenRequests({ digest });
    return requests.filter(({ issuerSaid }) => !issuerSaid.includes('use_dpop_nonce'));
  }

  /** Returns how often the issuer accepted a refresh token. */
  async exchangesOf(digest: string): Promise<number> {
    const requests = await this.requestsOf(digest);
    return requests.filter(({ issuerSaid }) => issuerSaid.includes('ok')).length;
  }

  /** Has the PDS accept the access token, as one does whose access tokens survive a rotation. */
  async armWorkingToken(): Promise<void> {
    const { app, network } = this.broker;
    const body = JSON.stringify({ did: (await app.get(SessionRepository).findSession(this.id))?.did });
    await network.armFault({
      match: { server: 'pds', path: '/xrpc/com.atproto.server.getSession' },
      effect: { kind: 'answer', moment: 'before', status: 200, body },
    });
  }

  /** Moves times back until a lost request is no longer acceptable and every back-off has ended. */
  async letDeadlinePass(): Promise<void> {
    const { app, database } = this.broker;
    skipWaits(app);
    await database
      .updateTable('oauth_session')
      .set({ next_refresh_at: database.now(-1) })
      .where('id', '=', this.id)
      .execute();
    await database
      .updateTable('oauth_session')
      .set({ sent_at: database.now(-20 * 60) })
      .where('id', '=', this.id)
      .where('sent_at', 'is not', null)
      .execute();
  }

  /** Makes the token older, as if granted some time ago with an hour's life. */
  async age(minutes: number): Promise<void> {
    const { database, app } = this.broker;
    const row = await database
      .selectFrom('oauth_session')
      .selectAll()
      .where('id', '=', this.id)
      .executeTakeFirstOrThrow();
    const box = app.get(SessionSecretsBox);
    const secrets = box.open(row.sealed ?? '', row);
    const refreshed_at = toTimestamp(new Date(Date.now() - minutes * 60_000));
    const access_expires_at = toTimestamp(new Date(Date.now() + (60 - minutes) * 60_000));
    const aged = { ...row, refreshed_at, access_expires_at };
    await database
      .updateTable('oauth_session')
      .set({ refreshed_at, access_expires_at, sealed: box.seal(secrets, aged) })
      .where('id', '=', this.id)
      .execute();
    // A broker's cache is valid for five seconds.
    app.get(SessionCache).forget(this.id);
  }
}

export async function signIn(broker: TestBroker, handle = 'alice.test'): Promise<TestSession> {
  const browser = broker.browser();
  const account = accountOf(broker, handle);
  await browser.login(account.handle, account);
  const cookie = browser.cookie('__Host-latchkey') ?? browser.cookie('latchkey') ?? '';
  const uiSession = await broker.app.get(UiSessions).findByCookie(cookie);
  return new TestSession(broker, browser, uiSession?.sessionId ?? asId(''));
}
