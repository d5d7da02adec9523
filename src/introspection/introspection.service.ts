import { Injectable } from '@nestjs/common';
import type { AccountPrincipal } from '../access/principal.ts';
import { ApiKeyVerifier } from '../api-keys/keys/api-key.verifier.ts';
import { Config } from '../config/config.ts';
import { Sessions } from '../sessions/use/sessions.service.ts';
import { type CallerHeaders, toCallerHeaders } from './caller-headers.ts';
import { type IntrospectionView, toIntrospectionView } from './introspection-view.ts';

/** Tells AppViews who calls them, as the proxy to the PDS would know it at this moment. */
@Injectable()
export class Introspection {
  constructor(
    private readonly config: Config,
    private readonly apiKeyVerifier: ApiKeyVerifier,
    private readonly sessions: Sessions,
  ) {}

  /**
   * Names the account behind a credential.
   *
   * @throws BrokerError `ReauthorizationRequired` when its session needs its owner, `InvalidToken` when it has ended for good
   */
  async identify(caller: AccountPrincipal): Promise<CallerHeaders> {
    return toCallerHeaders({ caller, session: await this.sessions.get(caller.sessionId) });
  }

  /**
   * Tells what an API key is good for (RFC 7662). One whose session cannot be used, be it only until its owner comes, is as
   * inactive as what is no key.
   *
   * @param from the address that asks
   */
  async introspect(token: string, from: string): Promise<IntrospectionView> {
    const key = await this.apiKeyVerifier.verify(token, { from });
    const session = key && (await this.sessions.find(key.sessionId));
    const active = key && session?.status === 'active' ? { key, session } : undefined;
    return toIntrospectionView(active, this.config.baseUrl);
  }
}
