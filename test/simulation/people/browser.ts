import { Logins } from '../../../src/login/logins.service.ts';
import { BrokerError } from '../../../src/errors/broker-error.ts';
import { Sessions } from '../../../src/sessions/use/sessions.service.ts';
import { UiSessions } from '../../../src/ui-sessions/ui-sessions.service.ts';
import { handleOf } from '../../network/fake-accounts.ts';
import type { BrokerProcess } from '../brokers/broker-process.ts';
import { getSessionOf } from './calls.ts';
import { Holder, isPassing } from './holder.ts';
import type { CallOutcome } from './outcome.ts';

/** A browser of a person. It signs in, calls, signs in again over its cookie, and signs out. */
export class Browser extends Holder {
  #cookie: string | undefined;
  readonly #binding = `binding of ${this.name}`;

  get hasAccess(): boolean {
    return this.#cookie !== undefined;
  }

  protected async act(): Promise<void> {
    if (this.#cookie === undefined) {
      await this.#signIn();
      return;
    }
    const what = this.random.weighted({ call: 88, 'sign in again': 6, 'sign out': 6 });
    if (what === 'call') await this.use();
    else if (what === 'sign in again') await this.#signIn();
    else await this.#signOut();
  }

  async use(broker?: BrokerProcess): Promise<CallOutcome<unknown> | undefined> {
    const cookie = this.#cookie;
    if (cookie === undefined) return undefined;
    const outcome = await this.call(async at => {
      const uiSession = await at.get(UiSessions).findByCookie(cookie);
      if (!uiSession) throw new BrokerError('AuthenticationRequired', 'There is no such cookie.');
      return getSessionOf(at.get(Sessions), uiSession.sessionId);
    }, broker);
    if (outcome.kind === 'refused' && !isPassing(outcome.code)) await this.#beTold(outcome.code);
    return outcome;
  }

  /** A cookie that a broker with a wrong clock does not know may be good again. The browser keeps it. */
  async #beTold(code: string): Promise<void> {
    if (!this.world.server.areClocksRight) return;
    await this.world.judgeLoss(this, code);
    this.#cookie = undefined;
    this.forget();
  }

  async #signIn(): Promise<void> {
    const before = this.#cookie;
    const begun = await this.call(at => at.get(Logins).beginSignIn(handleOf(this.did), {}, this.#binding));
    if (begun.kind !== 'ok') return;
    await this.actor.scheduler.sleep(this.actor, this.random.integer(500, 20_000), 'person consents');
    const parameters = this.issuer.authorize(begun.value);
    const cookie = before;
    const browser = { binding: this.#binding, userAgent: undefined, from: '127.0.0.1', cookie };
    const code = parameters.get('code') ?? '';
    // The cookie of before may be ended from here on, whether an answer comes or not.
    const [grant, sessionId] = [this.grant, this.sessionId];
    if (before !== undefined) this.#leaveTo(undefined);
    const finished = await this.call(at => at.get(Logins).finishLogin(parameters, browser));
    if (finished.kind !== 'ok' || finished.value.kind !== 'signed-in') {
      if (before !== undefined) await this.#tryCookie(before, grant, sessionId);
      return;
    }
    const { cookie: opened } = finished.value.opened;
    this.#cookie = opened;
    this.grant = this.issuer.grants.find(({ answers }) => answers.has(code));
    const found = await this.call(async at => at.get(UiSessions).findByCookie(opened));
    this.sessionId = found.kind === 'ok' ? found.value?.sessionId : undefined;
  }

  /** After a sign-in without an answer, the old cookie works on, or its session has ended in good order. */
  async #tryCookie(cookie: string, grant: Browser['grant'], sessionId: Browser['sessionId']): Promise<void> {
    const outcome = await this.call(async at => at.get(UiSessions).findByCookie(cookie));
    if (outcome.kind === 'ok' && outcome.value) {
      this.#cookie = cookie;
      this.grant = grant;
      this.sessionId = sessionId;
    }
  }

  /** Signs in, over the cookie that it has, unless it is doing something else. */
  async signIn(): Promise<void> {
    await this.alone(() => this.#signIn());
  }

  /** Signs out, unless it is doing something else. */
  async signOut(): Promise<void> {
    await this.alone(() => this.#signOut());
  }

  async #signOut(): Promise<void> {
    const cookie = this.#cookie ?? '';
    this.#leaveTo(undefined);
    await this.call(async at => {
      const uiSession = await at.get(UiSessions).findByCookie(cookie);
      if (uiSession) await at.get(UiSessions).endUiSession(uiSession);
    });
  }

  #leaveTo(cookie: string | undefined): void {
    this.#cookie = cookie;
    this.forget();
  }
}
