import { Injectable } from '@nestjs/common';
import type { BrowserPrincipal } from '../../../access/principal.ts';
import type { ListedApiKey } from '../../../api-keys/keys/api-key.repository.ts';
import { ApiKeyVerifier } from '../../../api-keys/keys/api-key.verifier.ts';
import { ApiKeys } from '../../../api-keys/keys/api-keys.service.ts';
import { BrokerError, invalidToken } from '../../../errors/broker-error.ts';
import type { ErrorCode } from '../../../errors/error-code.ts';
import { discard } from '../../../identity/outbound/exchange.ts';
import { SessionRequests } from '../../../sessions/use/session-requests.service.ts';

/** What a call with a key came to: the server answered, or an error. */
export type TrialOutcome = 'works' | ErrorCode;

const PATH = '/xrpc/com.atproto.server.getSession';

/** Tries a key for its owner, as a program would use it. */
@Injectable()
export class KeyTrial {
  constructor(
    private readonly apiKeys: ApiKeys,
    private readonly apiKeyVerifier: ApiKeyVerifier,
    private readonly sessionRequests: SessionRequests,
  ) {}

  /**
   * Returns a key of the caller's own that has this secret.
   *
   * @throws BrokerError `NotFound`, or `InvalidToken` if the secret is not valid for this key
   */
  async getKey(id: string, secret: string, { did }: BrowserPrincipal, from: string): Promise<ListedApiKey> {
    const listed = await this.apiKeys.get(id, did);
    const principal = await this.apiKeyVerifier.verify(secret, { from });
    if (principal?.apiKeyId !== listed.key.id) throw invalidToken();
    return listed;
  }

  /** Asks the account's server who it is, through the key's own session. Changes nothing there. */
  async tryKey({ key }: ListedApiKey): Promise<TrialOutcome> {
    try {
      const response = await this.sessionRequests.send(key.sessionId, PATH, { method: 'GET' });
      discard(response);
      return response.statusCode === 200 ? 'works' : 'UpstreamUnavailable';
    } catch (error) {
      if (error instanceof BrokerError) return error.code;
      throw error;
    }
  }
}
