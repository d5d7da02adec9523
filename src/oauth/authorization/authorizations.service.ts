import type { NodeSavedSession, NodeSavedState } from '@atproto/oauth-client-node';
import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { ClientKeys } from '../client-keys/client-keys.service.ts';
import { FailedAuthorization } from './failed-authorization.ts';
import type { Grant } from './grant.ts';
import { toGrant } from './grant-mapping.ts';
import { decideBeginRefusal, decideFinishRefusal } from './login-refusal.ts';
import { clientIdFor } from '../issuers/client-metadata.ts';
import { OAuthLibrary } from '../issuers/oauth-library.service.ts';
import {
  type AuthorizationIntent,
  OAuthStateRepository,
  type StateRefusal,
} from './oauth-state.repository.ts';
import { upstreamInTime } from '../../waiting/upstream-in-time.ts';

/** Time limit for a person to authorize. A PDS keeps a pushed request for five minutes, and the code for another five. */
const STATE_LIFETIME_MS = 15 * 60_000;

/** Overrides of the configured scope and of the server's own prompt. */
export type AuthorizationInput = { readonly scope?: string; readonly prompt?: 'consent' };

type FinishedAuthorization = AuthorizationIntent & { readonly grant: Grant };

/** Begins an authorization at a person's own server and finishes it with a grant (RFC 6749, 7636, 9126, 9449). */
@Injectable()
export class Authorizations {
  constructor(
    private readonly config: Config,
    private readonly oauthLibrary: OAuthLibrary,
    private readonly clientKeys: ClientKeys,
    private readonly oauthStateRows: OAuthStateRepository,
  ) {}

  /**
   * Pushes an authorization request (RFC 9126). Returns the URL where the person continues.
   *
   * @param identifier a handle, a DID or the URL of a PDS
   * @param browserBinding the secret of the browser, which alone can finish the authorization
   * @throws BrokerError `AccountNotFound` if no account has the handle; `AccountUnreachable`, `IssuerUnavailable` or
   * `UpstreamTimeout`, which pass; `ScopeRefused`, `ClientRefused`, `LoginUnsupported` or `LoginRefused`, which last
   */
  async beginAuthorization(
    identifier: string,
    intent: AuthorizationIntent,
    browserBinding: string,
    input: AuthorizationInput = {},
  ): Promise<URL> {
    const { scope = this.config.scope } = input;
    const clientId = clientIdFor(scope, this.config);
    const onState = (state: string, saved: NodeSavedState): Promise<void> => {
      const now = new Date();
      const expiresAt = new Date(now.getTime() + STATE_LIFETIME_MS);
      const pending = { ...intent, secrets: { ...saved, clientId } };
      return this.oauthStateRows.insert(state, pending, { browserBinding, now, expiresAt });
    };
    const key = await this.clientKeys.keyForNewGrant();
    const client = this.oauthLibrary.client(key, { clientId, onState });
    try {
      return await upstreamInTime(client.authorize(identifier, { ...input, scope }));
    } catch (cause) {
      throw decideBeginRefusal(cause);
    }
  }

  /**
   * Exchanges the parameters of the callback for a grant. The caller must store the grant or revoke it.
   *
   * @throws BrokerError `LoginExpired`, `LoginFromAnotherBrowser` or `LoginRefused`
   * @throws FailedAuthorization `LoginCancelled`, or as {@link beginAuthorization}, once the intent is known
   */
  async finishAuthorization(
    params: URLSearchParams,
    browserBinding: string | undefined,
  ): Promise<FinishedAuthorization> {
    const state = params.get('state');
    if (!state)
      throw new BrokerError(
        'LoginRefused',
        'The answer of the server belongs to no sign-in. Please begin again.',
      );
    if (!browserBinding) throw refusal('other-browser');
    const pending = await this.oauthStateRows.consume(state, browserBinding, new Date());
    if (typeof pending === 'string') throw refusal(pending);
    const { secrets, ...intent } = pending;
    const kid = secrets.authMethod.method === 'private_key_jwt' ? secrets.authMethod.kid : null;
    let session: NodeSavedSession | undefined;
    const client = this.oauthLibrary.client(await this.clientKeys.keyOfGrant(kid), {
      clientId: secrets.clientId,
      state: { state, secrets },
      onSession: saved => (session = saved),
    });
    try {
      await client.callback(params);
    } catch (cause) {
      throw new FailedAuthorization(decideFinishRefusal(cause), intent);
    }
    if (!session) throw new BrokerError('InternalError', 'The authorization yielded no session.');
    return { ...intent, grant: toGrant(session, client.clientMetadata.client_id, kid) };
  }
}

function refusal(why: StateRefusal): BrokerError {
  switch (why) {
    case 'other-browser':
      return new BrokerError(
        'LoginFromAnotherBrowser',
        'This sign-in began in another browser. Please begin again here.',
      );
    case 'expired':
      return new BrokerError('LoginExpired', 'This sign-in took too long. Please begin again.');
    case 'unknown':
      return new BrokerError(
        'LoginExpired',
        'This sign-in has expired or was already used. Please begin again.',
      );
  }
}
