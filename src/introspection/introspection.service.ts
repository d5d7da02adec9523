import { Injectable } from '@nestjs/common';
import type { AccountPrincipal } from '../access/principal.ts';
import { ApiKeyVerifier } from '../api-keys/keys/api-key.verifier.ts';
import { Config } from '../config/config.ts';
import { VerifiedHandles } from '../identity/handles/verified-handles.service.ts';
import { Sessions } from '../sessions/use/sessions.service.ts';
import { type CallerHeaders, toCallerHeaders } from './caller-headers.ts';
import { type IntrospectionView, toIntrospectionView } from './introspection-view.ts';

/** Identifies the callers of AppViews, by the same rules as the proxy to the PDS. */
@Injectable()
export class Introspection {
  constructor(
    private readonly config: Config,
    private readonly apiKeyVerifier: ApiKeyVerifier,
    private readonly sessions: Sessions,
    private readonly verifiedHandles: VerifiedHandles,
  ) {}

  /**
   * Returns the headers that name the account behind a credential.
   *
   * @throws BrokerError `ReauthorizationRequired` if its session needs its owner, `InvalidToken` if it has ended
   */
  async identify(caller: AccountPrincipal): Promise<CallerHeaders> {
    const session = await this.sessions.get(caller.sessionId);
    return toCallerHeaders({ caller, session, handle: await this.verifiedHandles.find(session.did) });
  }

  /**
   * Introspects an API key (RFC 7662). A key is inactive while its session is not active, for example in `needs_reauth`.
   *
   * @param from the address of the caller
   */
  async introspect(token: string, from: string): Promise<IntrospectionView> {
    const key = await this.apiKeyVerifier.verify(token, { from });
    const session = key && (await this.sessions.find(key.sessionId));
    if (!key || session?.status !== 'active') return { active: false };
    const handle = await this.verifiedHandles.find(session.did);
    return toIntrospectionView({ key, session, handle }, this.config.baseUrl);
  }
}
