import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ApiKeyStatus, statusOf } from '../../../api-keys/keys/api-key.ts';
import { ApiKeys } from '../../../api-keys/keys/api-keys.service.ts';
import { Config } from '../../../config/config.ts';
import type { Did } from '../../../database/tables/did.ts';
import type { SessionId } from '../../../database/tables/id.ts';
import { LoginCookies } from '../../../login/login-cookies.service.ts';
import { Logins } from '../../../login/logins.service.ts';
import { AuthorizationLimits } from '../../../oauth/authorization/authorization-limits.service.ts';
import { type NamedSessions, NamedSessionsCookie } from './named-sessions-cookie.service.ts';

const LIFETIME_MS = 15 * 60_000;

/** The browser that the owner uses, and the response to it. */
type Visit = { readonly request: FastifyRequest; readonly reply: FastifyReply };

/** Where the owner goes next: to their server, or back with the count of the keys that work again. */
export type NextStep = { readonly url: URL } | { readonly reconnected: number };

/**
 * Reconnects the sessions that an owner named, one after another. Each has an authorization of its own, so that a grant
 * reaches only the session that it was given for.
 */
@Injectable()
export class NamedReconnections {
  constructor(
    private readonly config: Config,
    private readonly apiKeys: ApiKeys,
    private readonly logins: Logins,
    private readonly loginCookies: LoginCookies,
    private readonly authorizationLimits: AuthorizationLimits,
    private readonly namedSessionsCookie: NamedSessionsCookie,
  ) {}

  /**
   * Begins with the first of the sessions that has a lost key of the account.
   *
   * @throws BrokerError `TooManyRequests`, and as {@link Logins.beginReconnection}
   */
  begin(sessions: readonly SessionId[], did: Did, visit: Visit): Promise<NextStep> {
    const left = [...new Set(sessions)];
    return this.step({ left, reconnected: 0, endsAt: Date.now() + LIFETIME_MS }, did, visit);
  }

  /**
   * Goes on with the next session once the owner has reconnected the one they were asked for. Otherwise it stops, so no
   * other site can begin anything here.
   *
   * @throws BrokerError as {@link NamedReconnections.begin}
   */
  async goOn(did: Did, visit: Visit): Promise<NextStep> {
    const named = this.namedSessionsCookie.find(did, visit.request);
    const status = named && (await this.statusOf(named.asked, did));
    if (!named || status === 'needs_reauth') {
      this.stop(visit);
      return { reconnected: named?.reconnected ?? 0 };
    }
    const reconnected = named.reconnected + (status === 'active' ? 1 : 0);
    return this.step({ ...named, reconnected }, did, visit);
  }

  /** Forgets what was named. What is left stays listed as lost. */
  stop({ request, reply }: Visit): void {
    this.namedSessionsCookie.clear(request, reply);
  }

  private async step(named: Omit<NamedSessions, 'asked'>, did: Did, visit: Visit): Promise<NextStep> {
    try {
      return (await this.beginNext(named, did, visit)) ?? this.end(named, visit);
    } catch (error) {
      this.stop(visit);
      throw error;
    }
  }

  private async beginNext(
    { left, ...named }: Omit<NamedSessions, 'asked'>,
    did: Did,
    { request, reply }: Visit,
  ): Promise<NextStep | undefined> {
    for (const [index, asked] of left.entries()) {
      if ((await this.statusOf(asked, did)) !== 'needs_reauth') continue;
      await this.authorizationLimits.countBegun(request.ip);
      const binding = this.loginCookies.bindBrowser(request, reply);
      const returnTo = `${this.config.basePath}/account/keys/reconnect/next`;
      const url = await this.logins.beginReconnection(asked, returnTo, binding);
      this.namedSessionsCookie.set(reply, did, { ...named, asked, left: left.slice(index + 1) });
      return { url };
    }
    return undefined;
  }

  private end({ reconnected }: Pick<NamedSessions, 'reconnected'>, visit: Visit): NextStep {
    this.stop(visit);
    return { reconnected };
  }

  /** Returns the status of an account's living key of a session. Asks the database: another process may know it better. */
  private async statusOf(sessionId: SessionId, did: Did): Promise<ApiKeyStatus | undefined> {
    const now = new Date();
    return (await this.apiKeys.listOfSession(sessionId))
      .filter(({ key }) => key.did === did)
      .map(({ key, session }) => statusOf(key, session, now))
      .find(status => status === 'needs_reauth' || status === 'active');
  }
}
