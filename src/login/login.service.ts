import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import {
  type AuthorizedKeyRequest,
  KeyRequestAuthorizations,
} from '../api-keys/requests/key-request-authorizations.service.ts';
import { KeyRequests } from '../api-keys/requests/key-requests.service.ts';
import type { AuditSource } from '../audit/audit-event.ts';
import { Config } from '../config/config.ts';
import { Database } from '../database/connection/database.ts';
import { type IdKind, KeyRequestId, parseId, SessionId } from '../database/tables/id.ts';
import { BrokerError } from '../errors/broker-error.ts';
import { requireAllowedAccount } from '../identity/resolution/allowed-accounts.ts';
import { parseIdentifier } from '../identity/resolution/identifier.ts';
import { IdentityService } from '../identity/resolution/identity.service.ts';
import { Authorizations, type FinishedAuthorization } from '../oauth/authorization/authorizations.service.ts';
import { FailedAuthorization } from '../oauth/authorization/failed-authorization.ts';
import type { Grant } from '../oauth/authorization/grant.ts';
import { Grants } from '../oauth/refresh/grants.service.ts';
import { Log } from '../observability/log/log.ts';
import { Reconnections } from '../sessions/endings/reconnections.service.ts';
import { ScopeShortfalls } from '../sessions/stored/scope-shortfalls.service.ts';
import { Sessions } from '../sessions/use/sessions.service.ts';
import { type OpenedUiSession, UiSessions } from '../ui-sessions/ui-sessions.service.ts';
import { parseReturnTo } from './return-to.ts';

/** The browser at the other end of a login. */
export type LoginBrowser = {
  /** The secret that ties the login to it. */
  readonly binding: string | undefined;
  readonly userAgent: string | undefined;
  /** The address it comes from. */
  readonly from: string;
  /** The session cookie it came with, which a finished login replaces. */
  readonly cookie: string | undefined;
};

/** Where a login leads, and whether its person is to be asked for their consent although they have given it before. */
export type LoginInput = {
  readonly returnTo?: string | undefined;
  readonly prompt?: 'consent' | undefined;
};

/** Where the browser goes, with a new cookie where it was signed in; or the key request that its owner has authorized. */
export type FinishedLogin =
  | { readonly kind: 'signed-in'; readonly returnTo: string; readonly opened: OpenedUiSession }
  | { readonly kind: 'reconnected'; readonly returnTo: string }
  | { readonly kind: 'key-authorized'; readonly request: AuthorizedKeyRequest };

/** Begins authorizations, and does what each was for with what it yields: signs in, reconnects, or authorizes a key. */
@Injectable()
export class LoginService {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly identity: IdentityService,
    private readonly authorizations: Authorizations,
    private readonly grants: Grants,
    private readonly sessions: Sessions,
    private readonly reconnections: Reconnections,
    private readonly scopeShortfalls: ScopeShortfalls,
    private readonly uiSessions: UiSessions,
    private readonly keyRequests: KeyRequests,
    private readonly keyRequestAuthorizations: KeyRequestAuthorizations,
    private readonly log: Log,
  ) {}

  /**
   * Returns where the browser goes to authorize.
   *
   * @throws BrokerError `InvalidIdentifier`, `InvalidReturnTo`, `AccountNotFound`, `AccountUnreachable`
   */
  async begin(identifier: string, { returnTo, prompt }: LoginInput, binding: string): Promise<URL> {
    const intent = {
      purpose: 'sign_in',
      target: null,
      returnTo: parseReturnTo(returnTo, this.config),
    } as const;
    const url = await this.authorizations.beginAuthorization(
      nameOf(identifier),
      intent,
      binding,
      prompt && { prompt },
    );
    this.log.loginBegun({ issuer: url.origin, purpose: intent.purpose });
    return url;
  }

  /**
   * Returns where the owner of a key's session goes to give it a new grant: the same account is asked for what it was
   * asked for before, and sees the server's consent page. It leads back to the sign-in page, which says so, where nothing
   * else is wanted.
   *
   * @throws BrokerError `NotFound`, `InvalidReturnTo`, `AccountUnreachable`
   */
  async beginReconnection(sessionId: SessionId, returnTo: string | undefined, binding: string): Promise<URL> {
    const { did, scope } = await this.reconnections.getReconnection(sessionId);
    const intent = {
      purpose: 'reconnect',
      target: sessionId,
      returnTo: parseReturnTo(returnTo ?? `${this.config.basePath}/?done=reconnected`, this.config),
    } as const;
    const url = await this.authorizations.beginAuthorization(did, intent, binding, {
      scope,
      prompt: 'consent',
    });
    this.log.loginBegun({ issuer: url.origin, purpose: intent.purpose });
    return url;
  }

  /**
   * Returns where the owner of an account goes to authorize a key that somebody asked for: exactly that account, for exactly
   * that scope, and they see the server's consent page.
   *
   * @throws BrokerError `NotFound`, `KeyRequestNotPending`, `KeyRequestEnded`, `AccountUnreachable`
   */
  async beginKeyRequest(id: string, binding: string, by: AuditSource): Promise<URL> {
    const { did, scope } = await this.keyRequests.approve(id, by);
    const returnTo = `${this.config.basePath}/connect/${id}`;
    const intent = { purpose: 'key_request', target: id, returnTo } as const;
    const url = await this.authorizations.beginAuthorization(did, intent, binding, {
      scope,
      prompt: 'consent',
    });
    this.log.loginBegun({ issuer: url.origin, purpose: intent.purpose });
    return url;
  }

  /**
   * Does what the authorization was for with what the authorization server sent it back with. Whatever goes wrong after the
   * grant was given, the grant is revoked: nobody would hold it.
   *
   * @throws BrokerError as {@link Authorizations.finish}, {@link Reconnections.reconnect} and
   * {@link KeyRequestAuthorizations.adoptGrant}, and `AccountNotAllowed`; as a FailedAuthorization where it is known what for
   */
  async finish(params: URLSearchParams, browser: LoginBrowser): Promise<FinishedLogin> {
    const authorization = await this.authorizations.finishAuthorization(params, browser.binding);
    try {
      return await this.use(authorization, browser);
    } catch (error) {
      const { grant, ...intent } = authorization;
      await this.discard(grant);
      throw error instanceof BrokerError ? new FailedAuthorization(error, intent) : error;
    }
  }

  private async use(authorization: FinishedAuthorization, browser: LoginBrowser): Promise<FinishedLogin> {
    const { purpose, target, grant, returnTo } = authorization;
    if (purpose === 'sign_in') return this.signIn(authorization, browser);
    switch (purpose) {
      case 'reconnect':
        await this.reconnections.reconnect(targetOf(SessionId, target), grant);
        return { kind: 'reconnected', returnTo };
      case 'key_request': {
        const by = { actor: { kind: 'anonymous' }, from: browser.from } as const;
        return {
          kind: 'key-authorized',
          request: await this.keyRequestAuthorizations.adoptGrant(targetOf(KeyRequestId, target), grant, by),
        };
      }
    }
  }

  private async signIn(
    { grant, returnTo }: FinishedAuthorization,
    browser: LoginBrowser,
  ): Promise<FinishedLogin> {
    requireAllowedAccount(grant.did, this.config);
    const { handle = null } = await this.identity.resolve(grant.did);
    const previous = browser.cookie && (await this.uiSessions.findByCookie(browser.cookie));
    // All in one transaction: after it nothing can fail for which the new grant would be given back.
    const { session, opened, replaced } = await this.database.transaction().execute(async transaction => {
      const session = await this.sessions.create(grant, { handle, purpose: 'ui' }, transaction);
      const opened = await this.uiSessions.openUiSession(session, browser.userAgent, transaction);
      const replaced = previous ? await this.uiSessions.beginEnding(previous, transaction) : false;
      return { session, opened, replaced };
    });
    this.log.signedIn({ did: session.did, sessionId: session.id, pds: session.pds });
    this.scopeShortfalls.reportGrant(session, 'login');
    if (previous && replaced) await this.uiSessions.finishEnding(previous);
    return { kind: 'signed-in', opened, returnTo };
  }

  private async discard(grant: Grant): Promise<void> {
    try {
      await this.grants.revoke(grant);
    } catch (error) {
      this.log.discardFailed({ did: grant.did }, error);
    }
  }
}

/** Returns what a login was begun for. @throws BrokerError `LoginRefused` where that is missing */
function targetOf<Kind extends IdKind>(kind: Kind, target: string | null): z.output<Kind> {
  const id = target === null ? undefined : parseId(kind, target);
  if (id === undefined) throw new BrokerError('LoginRefused', 'This login is for nothing.');
  return id;
}

function nameOf(identifier: string): string {
  const parsed = parseIdentifier(identifier);
  switch (parsed.kind) {
    case 'handle':
      return parsed.handle;
    case 'did':
      return parsed.did;
    case 'server':
      return parsed.origin;
  }
}
