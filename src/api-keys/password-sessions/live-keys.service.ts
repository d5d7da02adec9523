import { Injectable } from '@nestjs/common';
import type { CallSender } from '../../access/credential-use.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import { ApiKeyCache } from '../keys/api-key.cache.ts';
import { ApiKeyLastUse } from '../keys/api-key-last-use.service.ts';
import type { StoredApiKey } from '../keys/api-key.ts';
import { decideSecretTag, type SessionToken } from './password-session.ts';

/** Finds the keys of password sessions, by rows at most five seconds old. */
@Injectable()
export class LiveKeys {
  constructor(
    private readonly apiKeyCache: ApiKeyCache,
    private readonly apiKeyLastUse: ApiKeyLastUse,
    private readonly metrics: Metrics,
  ) {}

  /** Returns the key of a token while the secret that opened its session is valid, and notes the use. */
  async find(
    { apiKeyId, secretTag }: SessionToken,
    sender: CallSender,
    now: Date,
  ): Promise<StoredApiKey | undefined> {
    const key = await this.apiKeyCache.get(apiKeyId);
    const verdict = key ? decideSecretTag(key, secretTag, now) : 'unknown';
    this.metrics.credentials.keyValidated(verdict);
    if (!key || verdict !== 'accepted') return undefined;
    this.apiKeyLastUse.remember(key, apiKeyId, sender, now);
    return key;
  }
}
