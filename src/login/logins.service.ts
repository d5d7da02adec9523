import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import {
  type AuthorizedKeyRequest,
  KeyRequestAuthorizations,
} from '../api-keys/requests/key-request-authorizations.service.ts';
import { KeyRequests } from '../api-keys/requests/key-requests.service.ts';
import type { AuditSource } from '../audit/audit-event.ts';
import { Config } from '../config/config.ts';
import { CommitInDoubt } from '../database/connection/settled-transactions.ts';
import { type IdKind, KeyRequestId, parseId, SessionId } from '../database/tables/id.ts';
import { BrokerError } from '../errors/broker-error.ts';
import { parseIdentifier } from '../identity/resolution/identifier.ts';
import { Authorizations, type AuthorizationInput } from '../oauth/authorization/authorizations.service.ts';
import { FailedAuthorization } from '../oauth/authorization/failed-authorization.ts';
import type { AuthorizationIntent } from '../oauth/authorization/oauth-state.repository.ts';
import { Log } from '../observability/log/log.ts';
import { NewGrants } from '../sessions/endings/new-grants.service.ts';
import { Reconnections } from '../sessions/endings/reconnections.service.ts';
import type { NewGrant } from '../sessions/stored/new-grant.ts';
import type { OpenedUiSession } from '../ui-sessions/ui-sessions.service.ts';
import type { LoginBrowser } from './login-browser.ts';
import { parseReturnTo } from './return-to.ts';
import { SignIns } from './sign-ins.service.ts';

/** The input of a sign-in. `prompt: 'consent'` makes the server show its consent page again. */
export type LoginInput = {
  readonly returnTo?: string | undefined;
  readonly prompt?: 'consent' | undefined;
};

/** The result of a login, by its purpose. */
export type FinishedLogin =
  | { readonly kind: 'signed-in'; readonly returnTo: string; readonly opened: OpenedUiSession }
  | { readonly kind: 'reconnected'; readonly returnTo: string }
  | { readonly kind: 'key-authorized'; readonly request: AuthorizedKeyRequest };

/** Begins authorizations, and uses their grants: to sign in, to reconnect a session, or to authorize a key. */
@Injectable()
export class Logins {
  constructor(
    private readonly config: Config,
    private readonly authorizations: Authorizations,
    private readonly newGrants: NewGrants,
    private readonly signIns: SignIns,
    private readonly reconnections: Reconnections,
    private readonly keyRequests: KeyRequests,
    private readonly keyRequestAuthorizations: KeyRequestAuthorizations,
    private readonly log: Log,
  ) {}

  /**
   * Begins a sign-in. Returns the URL where the person authorizes.
   *
   * @param binding the value of the browser's login cookie
   * @throws BrokerError `InvalidIdentifier`, `InvalidReturnTo`, `AccountNotFound`, `AccountUnreachable`
   */
  async beginSignIn(identifier: string, { returnTo, prompt }: LoginInput, binding: string): Promise<URL> {
    const intent = {
      purpose: 'sign_in',
      target: null,
      returnTo: parseReturnTo(returnTo, this.config),
    } as const;
    const begin = (name: string): Promise<URL> =>
      this.beginLogin(name, intent, binding, prompt && { prompt });
    const parsed = parseIdentifier(identifier);
    if (parsed.kind !== 'server') return begin(parsed.kind === 'did' ? parsed.did : parsed.handle);
    const { origin, handle } = parsed;
    return handle === undefined ? begin(origin) : beginAtServerOrHandle(begin, origin, handle);
  }

  /**
   * Begins the reconnection of a key's session. Returns the URL where its owner authorizes the same account for the wanted
   * scope, on the server's consent page. Without `returnTo` it leads back to the sign-in page.
   *
   * @param binding the value of the browser's login cookie
   * @throws BrokerError `NotFound`, `InvalidReturnTo`, `AccountUnreachable`
   */
  async beginReconnection(sessionId: SessionId, returnTo: string | undefined, binding: string): Promise<URL> {
    const { did, scope } = await this.reconnections.getReconnection(sessionId);
    const intent = {
      purpose: 'reconnect',
      target: sessionId,
      returnTo: parseReturnTo(returnTo ?? `${this.config.basePath}/?done=reconnected`, this.config),
    } as const;
    return this.beginLogin(did, intent, binding, { scope, prompt: 'consent' });
  }

  /**
   * Approves a key request. Returns the URL where the account's owner authorizes exactly the requested scope, on the
   * server's consent page.
   *
   * @param binding the value of the browser's login cookie
   * @throws BrokerError `NotFound`, `KeyRequestNotPending`, `KeyRequestEnded`, `AccountUnreachable`
   */
  async beginKeyAuthorization(id: string, binding: string, by: AuditSource): Promise<URL> {
    const { did, scope } = await this.keyRequests.approve(id, by);
    const returnTo = `${this.config.basePath}/connect/${id}`;
    const intent = { purpose: 'key_request', target: id, returnTo } as const;
    return this.beginLogin(did, intent, binding, { scope, prompt: 'consent' });
  }

  /**
   * Finishes a login with the parameters of the callback. Revokes the grant if it is not used in the end.
   *
   * @throws BrokerError as {@link Authorizations.finishAuthorization}, before the intent is known
   * @throws FailedAuthorization with the errors of {@link SignIns.signIn}, {@link Reconnections.reconnect} or
   * {@link KeyRequestAuthorizations.adoptGrant}
   */
  async finishLogin(params: URLSearchParams, browser: LoginBrowser): Promise<FinishedLogin> {
    const { grant, ...intent } = await this.authorizations.finishAuthorization(params, browser.binding);
    try {
      const newGrant = await this.newGrants.store(grant, intent.purpose === 'sign_in' ? 'ui' : 'api_key');
      return await this.useOrAbandon(intent, newGrant, browser);
    } catch (error) {
      throw error instanceof BrokerError ? new FailedAuthorization(error, intent) : error;
    }
  }

  private async beginLogin(
    identifier: string,
    intent: AuthorizationIntent,
    binding: string,
    input?: AuthorizationInput,
  ): Promise<URL> {
    const url = await this.authorizations.beginAuthorization(identifier, intent, binding, input);
    this.log.loginStarted({ issuer: url.origin, purpose: intent.purpose });
    return url;
  }

  private async useOrAbandon(
    intent: AuthorizationIntent,
    newGrant: NewGrant,
    browser: LoginBrowser,
  ): Promise<FinishedLogin> {
    try {
      return await this.useGrant(intent, newGrant, browser);
    } catch (error) {
      // In doubt the sweep decides, once the database tells whether the session has a holder.
      if (!(error instanceof CommitInDoubt)) await this.newGrants.abandon(newGrant);
      throw error;
    }
  }

  private async useGrant(
    { purpose, target, returnTo }: AuthorizationIntent,
    newGrant: NewGrant,
    browser: LoginBrowser,
  ): Promise<FinishedLogin> {
    switch (purpose) {
      case 'sign_in':
        return { kind: 'signed-in', opened: await this.signIns.signIn(newGrant, browser), returnTo };
      case 'reconnect':
        await this.reconnections.reconnect(targetOf(SessionId, target), newGrant);
        return { kind: 'reconnected', returnTo };
      case 'key_request': {
        const by = { actor: { kind: 'anonymous' }, from: browser.from } as const;
        const id = targetOf(KeyRequestId, target);
        const request = await this.keyRequestAuthorizations.adoptGrant(id, newGrant, by);
        return { kind: 'key-authorized', request };
      }
    }
  }
}

/** Returns the id of the login's target. @throws BrokerError `LoginRefused` if it has none */
function targetOf<Kind extends IdKind>(kind: Kind, target: string | null): z.output<Kind> {
  const id = target === null ? undefined : parseId(kind, target);
  if (id === undefined)
    throw new BrokerError(
      'LoginRefused',
      'This sign-in link has no target. Start again from the app that sent you.',
    );
  return id;
}

/** Begins at a server. If there is none, its URL may be a handle that was typed as a web address. */
async function beginAtServerOrHandle(
  begin: (name: string) => Promise<URL>,
  origin: string,
  handle: string,
): Promise<URL> {
  try {
    return await begin(origin);
  } catch (ofServer) {
    if (!(ofServer instanceof BrokerError)) throw ofServer;
    return begin(handle).catch((ofHandle: unknown) => {
      throw isNoHandle(ofHandle) ? ofServer : ofHandle;
    });
  }
}

function isNoHandle(error: unknown): boolean {
  return error instanceof BrokerError && error.code === 'AccountNotFound';
}
