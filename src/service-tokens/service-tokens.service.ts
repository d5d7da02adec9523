import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { SessionId } from '../database/tables/id.ts';
import { Config } from '../config/config.ts';
import { BrokerError } from '../errors/broker-error.ts';
import { missingRpcScope, scopeMissing } from '../oauth/scopes/rpc-scope.ts';
import { refuseProtectedMethod } from '../sessions/pds/protected-methods.ts';
import { SessionListeners } from '../sessions/stored/session-listeners.service.ts';
import { Sessions } from '../sessions/use/sessions.service.ts';
import { type HandedToken, MintedTokens, type TokenSelection } from './minted-tokens.service.ts';
import type { ServiceTokenInput, Tuple } from './service-token.ts';

/** Hands out service tokens of accounts, as long as the session behind them lives and is granted what they are for. */
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
   * Returns a token that lives as it is asked for, kept or minted now.
   *
   * @throws BrokerError `InvalidRequest`, `ProtectedMethod`, `ScopeMissing`, `ReauthorizationRequired`, and
   * what the mint throws
   */
  async get(sessionId: SessionId, ask: ServiceTokenInput): Promise<HandedToken> {
    const tuple = { sessionId, aud: ask.aud, lxm: ask.lxm };
    const token = await this.mintedTokens.take(tuple, ask, await this.requireAllowed(tuple));
    if (!token.cached) await this.requireAllowed(tuple); // A mint may take long.
    return token;
  }

  /** Forgets tokens of a session; answers how many were kept by this instance. */
  forget(sessionId: SessionId, selection: TokenSelection): number {
    return this.mintedTokens.forget(sessionId, selection);
  }

  /**
   * Answers what the session is granted now.
   *
   * @throws BrokerError `InvalidRequest`, `ProtectedMethod`, `ScopeMissing`, `ReauthorizationRequired`
   */
  async requireAllowed({ sessionId, aud, lxm }: Tuple): Promise<string> {
    if (lxm === undefined && !this.config.methodlessServiceTokens)
      throw new BrokerError(
        'InvalidRequest',
        'lxm: is required; this broker gives no tokens for all methods',
      );
    if (lxm !== undefined) refuseProtectedMethod(lxm);
    const { scope } = await this.sessions.get(sessionId);
    const missing = missingRpcScope(scope, { aud, lxm: lxm ?? '*' });
    if (missing !== undefined) throw scopeMissing(missing);
    return scope;
  }
}
