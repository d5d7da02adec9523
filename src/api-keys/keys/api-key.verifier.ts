import { Injectable } from '@nestjs/common';
import type { CallSender } from '../../access/credential-use.ts';
import type { CredentialVerifier } from '../../access/credential-verifier.ts';
import type { ApiKeyPrincipal } from '../../access/principal.ts';
import { claimsToBeApiKey, isApiKeySecret } from '../../crypto/api-key-secret.ts';
import { digestOf } from '../../crypto/secret.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import { decideSecret } from './api-key.ts';
import { ApiKeyLastUse } from './api-key-last-use.service.ts';
import { ApiKeyCache } from './api-key.cache.ts';
import { ApiKeyRefusalLog } from './api-key-refusal-log.service.ts';

/** Recognises API keys, by rows at most five seconds old. Reads no row for a malformed key. */
@Injectable()
export class ApiKeyVerifier implements CredentialVerifier {
  readonly carrier = 'bearer';

  constructor(
    private readonly apiKeyCache: ApiKeyCache,
    private readonly apiKeyLastUse: ApiKeyLastUse,
    private readonly apiKeyRefusalLog: ApiKeyRefusalLog,
    private readonly metrics: Metrics,
  ) {}

  /** Returns the key's principal. Does not check the key's session: `Sessions.get` does, when the key is used. */
  async verify(credential: string, sender: CallSender): Promise<ApiKeyPrincipal | undefined> {
    if (!isApiKeySecret(credential)) {
      if (claimsToBeApiKey(credential)) this.refuseMalformed(credential, sender);
      return undefined;
    }
    const [digest, now] = [digestOf(credential), new Date()];
    const key = await this.apiKeyCache.get(digest);
    const verdict = key ? decideSecret(key, digest, now) : 'unknown';
    this.metrics.credentials.keyValidated(verdict);
    if (!key || verdict === 'unknown') return undefined;
    if (verdict !== 'accepted') {
      this.apiKeyRefusalLog.recordRefused(key, verdict, sender.from);
      return undefined;
    }
    this.apiKeyLastUse.remember(key, digest, sender, now);
    const { id, did, sessionId, scope, createdAt, expiresAt } = key;
    const keyExpiresAt = expiresAt;
    return { kind: 'api-key', apiKeyId: id, did, sessionId, scope, createdAt, expiresAt, keyExpiresAt };
  }

  private refuseMalformed({ length }: string, { from }: CallSender): void {
    this.metrics.credentials.keyValidated('malformed');
    this.apiKeyRefusalLog.recordMalformed(length, from);
  }
}
