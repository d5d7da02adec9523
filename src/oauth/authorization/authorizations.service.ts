import { OAuthCallbackError, OAuthResolverError, type NodeSavedSession } from '@atproto/oauth-client-node';
import { Injectable } from '@nestjs/common';
import { BrokerError } from '../../errors/broker-error.ts';
import { ClientKeys } from '../client-keys/client-keys.service.ts';
import { FailedAuthorization } from './failed-authorization.ts';
import type { Grant } from './grant.ts';
import { toGrant } from './grant-mapping.ts';
import { OAuthLibrary } from '../issuers/oauth-library.service.ts';
import {
  type AuthorizationIntent,
  OAuthStateRepository,
  type StateRefusal,
} from './oauth-state.repository.ts';
import { upstreamInTime } from '../../waiting/upstream-in-time.ts';

/** How long a person has to authorize; a PDS keeps a pushed request for five minutes, and then the code for as long. */
const STATE_LIFETIME_MS = 15 * 60_000;

/** What is asked for, where that is not the configured scope and the server's own way of asking. */
export type AuthorizationInput = { readonly scope?: string; readonly prompt?: 'consent' };

export type FinishedAuthorization = AuthorizationIntent & { readonly grant: Grant };

/** Begins an authorization at a person's own server, and finishes it into a grant (RFC 6749, 7636, 9126, 9449). */
@Injectable()
export class Authorizations {
  constructor(
    private readonly oauthLibrary: OAuthLibrary,
    private readonly clientKeys: ClientKeys,
    private readonly oauthStateRows: OAuthStateRepository,
  ) {}

  /**
   * Pushes an authorization request and returns the address where the person goes on.
   *
   * @param identifier a handle, a DID or the URL of a PDS
   * @param browserBinding the secret of the browser that begins; only it can finish
   * @throws BrokerError `AccountNotFound` when nobody has the handle, `AccountUnreachable` when the account or its
   * server does not answer, `UpstreamTimeout`
   */
  async begin(
    identifier: string,
    intent: AuthorizationIntent,
    browserBinding: string,
    ask: AuthorizationInput = {},
  ): Promise<URL> {
    const client = this.oauthLibrary.client(await this.clientKeys.keyForNewGrant(), {
      onState: (state, secrets) => {
        const now = new Date();
        const expiresAt = new Date(now.getTime() + STATE_LIFETIME_MS);
        return this.oauthStateRows.insert(state, { ...intent, secrets }, { browserBinding, now, expiresAt });
      },
    });
    try {
      return await upstreamInTime(client.authorize(identifier, ask));
    } catch (cause) {
      if (cause instanceof BrokerError) throw cause;
      if (cause instanceof OAuthResolverError && isNobody(cause.cause)) throw cause.cause;
      const message =
        'The account, or the server it lives on, cannot be reached or does not support signing in.';
      throw new BrokerError('AccountUnreachable', message, { cause });
    }
  }

  /**
   * Takes what the authorization server sent the browser back with, and returns the grant. Until somebody stores
   * it, it belongs to nobody: who does not want it must revoke it.
   *
   * @throws BrokerError `LoginExpired`, `LoginFromAnotherBrowser` or `LoginRefused`
   * @throws FailedAuthorization `LoginCancelled` or `LoginRefused`, once it is known what it was for
   */
  async finish(params: URLSearchParams, browserBinding: string | undefined): Promise<FinishedAuthorization> {
    const state = params.get('state');
    if (!state) throw new BrokerError('LoginRefused', 'The answer of the server names no login.');
    if (!browserBinding) throw refusal('other-browser');
    const pending = await this.oauthStateRows.consume(state, browserBinding, new Date());
    if (typeof pending === 'string') throw refusal(pending);
    const { secrets, ...intent } = pending;
    const kid = secrets.authMethod.method === 'private_key_jwt' ? secrets.authMethod.kid : null;
    let session: NodeSavedSession | undefined;
    const client = this.oauthLibrary.client(await this.clientKeys.keyOfGrant(kid), {
      state: { state, secrets },
      onSession: saved => (session = saved),
    });
    try {
      await client.callback(params);
    } catch (cause) {
      throw new FailedAuthorization(refusalOf(cause), intent);
    }
    if (!session) throw new BrokerError('InternalError', 'The authorization yielded no session.');
    return { ...intent, grant: toGrant(session, client.clientMetadata.client_id, kid) };
  }
}

function isNobody(error: unknown): error is BrokerError {
  return error instanceof BrokerError && error.code === 'AccountNotFound';
}

function refusal(why: StateRefusal): BrokerError {
  switch (why) {
    case 'other-browser':
      return new BrokerError(
        'LoginFromAnotherBrowser',
        'This login was begun in another browser. Begin again here.',
      );
    case 'expired':
      return new BrokerError('LoginExpired', 'This login took too long. Please begin again.');
    case 'unknown':
      return new BrokerError('LoginExpired', 'This login is over, or was used already. Please begin again.');
  }
}

function refusalOf(cause: unknown): BrokerError {
  if (cause instanceof BrokerError) return cause;
  const cancelled = cause instanceof OAuthCallbackError && cause.params.get('error') === 'access_denied';
  return cancelled
    ? new BrokerError('LoginCancelled', 'You did not give permission, so nothing has changed.', { cause })
    : new BrokerError('LoginRefused', 'The server did not complete the login. Please try again.', { cause });
}
