import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { SessionId } from '../database/tables/id.ts';
import { Config } from '../config/config.ts';
import { BrokerError } from '../errors/broker-error.ts';
import { missingRpcScope, scopeMissing } from '../oauth/scopes/rpc-scope.ts';
import { refuseProtectedTokenMethod } from '../sessions/methods/protected-methods.ts';
import { SessionListeners } from '../sessions/stored/session-listeners.service.ts';
import { Sessions } from '../sessions/use/sessions.service.ts';
import { type IssuedServiceToken, MintedTokens, type TokenSelection } from './minted-tokens.service.ts';
import type { ServiceTokenInput, Tuple } from './service-token.ts';

/** Issues service tokens of sessions that are active and whose scope covers the call. */
@Injectable()
export class ServiceTokens implements OnModuleInit {
  constructor(
    private readonly config: Config,
    private readonly sessions: Sessions,
    private readonly mintedTokens: MintedTokens,
    private readonly sessionListeners: SessionListeners,
  ) {}

  onModuleInit(): void {
    this.sessionListeners.onSessionOver(id => {
      this.mintedTokens.forget(id);
    });
  }

  /**
   * Returns a cached or new token within the requested limits.
   *
   * @throws BrokerError `InvalidRequest`, `ProtectedMethod`, `ScopeMissing`, `ReauthorizationRequired`, and the errors of
   * {@link MintedTokens.getToken}
   */
  async get(sessionId: SessionId, input: ServiceTokenInput): Promise<IssuedServiceToken> {
    const tuple = { sessionId, aud: input.aud, lxm: input.lxm };
    const token = await this.mintedTokens.getToken(tuple, input, await this.requireAllowed(tuple));
    if (!token.cached) await this.requireAllowed(tuple); // The session may have ended during the mint.
    return token;
  }

  /** Removes tokens of a session from the cache of this instance. Returns their number. */
  forget(sessionId: SessionId, selection: TokenSelection): number {
    return this.mintedTokens.forget(sessionId, selection);
  }

  /**
   * Requires that a session may call a service. Returns its current scope.
   *
   * @throws BrokerError `InvalidRequest`, `ProtectedMethod`, `ScopeMissing`, `ReauthorizationRequired`
   */
  async requireAllowed({ sessionId, aud, lxm }: Tuple): Promise<string> {
    if (lxm === undefined && !this.config.methodlessServiceTokens)
      throw new BrokerError(
        'InvalidRequest',
        'lxm is missing, and this broker issues tokens for single methods only. Example: "app.bsky.feed.getTimeline".',
      );
    if (lxm !== undefined) refuseProtectedTokenMethod(lxm);
    const { scope } = await this.sessions.get(sessionId);
    const missing = missingRpcScope(scope, { aud, lxm: lxm ?? '*' });
    if (missing !== undefined) throw scopeMissing(missing);
    return scope;
  }
}
