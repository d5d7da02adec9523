import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RowBinding } from '../crypto/row-binding.ts';
import { SealedBox } from '../crypto/sealed-box.ts';
import { SealedJson } from '../crypto/sealed-json.ts';
import { digestOf } from '../crypto/secret.ts';
import { UiSessions } from '../ui-sessions/ui-sessions.service.ts';
import { LoginCookies } from './login-cookies.service.ts';
import type { FinishedLogin } from './logins.service.ts';

/** A finished login without the credential that it gave. */
export type RememberedLogin =
  Exclude<FinishedLogin, { kind: 'signed-in' }> | { kind: 'signed-in'; returnTo: string };

/** A cookie may have 4,096 bytes. A longer one is not remembered. */
const LONGEST_COOKIE = 3_500;

/**
 * Remembers how the browser's last login finished, in a sealed cookie of that browser. The callback that is loaded again
 * then leads where it led before, and its code is not exchanged again.
 */
@Injectable()
export class FinishedLogins {
  private readonly sealed: SealedJson<RememberedLogin>;

  constructor(
    box: SealedBox,
    private readonly loginCookies: LoginCookies,
    private readonly uiSessions: UiSessions,
  ) {
    this.sealed = new SealedJson(box);
  }

  remember(request: FastifyRequest, reply: FastifyReply, state: string, login: FinishedLogin): void {
    const { binding } = this.loginCookies.readBrowser(request);
    if (binding === undefined) return;
    const { kind } = login;
    const kept = kind === 'signed-in' ? { kind, returnTo: login.returnTo } : login;
    const cookie = this.sealed.seal(kept, sealBinding(state, binding));
    if (cookie.length <= LONGEST_COOKIE) this.loginCookies.setFinished(reply, cookie);
  }

  /**
   * Returns how the login of a `state` finished in this browser, if that was its last one and it still holds. A sign-in
   * holds while the browser is signed in.
   */
  async recall(request: FastifyRequest, state: string): Promise<RememberedLogin | undefined> {
    const { binding, cookie } = this.loginCookies.readBrowser(request);
    const kept = this.loginCookies.readFinished(request);
    if (binding === undefined || kept === undefined) return undefined;
    const login = this.open(kept, sealBinding(state, binding));
    if (login?.kind === 'key-authorized') return withDates(login);
    if (login?.kind !== 'signed-in') return login;
    return cookie !== undefined && (await this.uiSessions.findByCookie(cookie)) ? login : undefined;
  }

  private open(kept: string, binding: RowBinding): RememberedLogin | undefined {
    try {
      return this.sealed.open(kept, binding);
    } catch {
      return undefined; // Of another login, or not ours.
    }
  }
}

/** JSON has turned the date into text. */
function withDates(login: Extract<RememberedLogin, { kind: 'key-authorized' }>): RememberedLogin {
  return { ...login, request: { ...login.request, expiresAt: new Date(login.request.expiresAt) } };
}

function sealBinding(state: string, binding: string): RowBinding {
  return { table: 'cookie', column: 'finished', id: digestOf(state), facts: { binding: digestOf(binding) } };
}
