import { Injectable } from '@nestjs/common';
import type { CallSender } from '../access/credential-use.ts';
import type { AccountPrincipal, ApiKeyPrincipal } from '../access/principal.ts';
import { ApiKeyVerifier } from '../api-keys/keys/api-key.verifier.ts';
import { KeyUsage } from '../api-keys/usage/key-usage.service.ts';
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
    private readonly keyUsage: KeyUsage,
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
   * Counts as a call with the key, which is refused while the key is inactive.
   */
  async introspect(token: string, sender: CallSender): Promise<IntrospectionView> {
    const key = await this.apiKeyVerifier.verify(token, sender);
    if (!key) return { active: false };
    return this.keyUsage.countWork(
      key.apiKeyId,
      () => this.view(key),
      ({ active }) => (active ? 'answered' : 'refused'),
    );
  }

  private async view(key: ApiKeyPrincipal): Promise<IntrospectionView> {
    const session = await this.sessions.find(key.sessionId);
    if (session?.status !== 'active') return { active: false };
    const handle = await this.verifiedHandles.find(session.did);
    return toIntrospectionView({ key, session, handle }, this.config.baseUrl);
  }
}
