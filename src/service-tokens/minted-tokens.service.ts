import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { SessionId } from '../database/tables/id.ts';
import { Config } from '../config/config.ts';
import { BrokerError } from '../errors/broker-error.ts';
import { Metrics } from '../observability/metrics/metrics.ts';
import { isUsable, type ServiceToken, type ServiceTokenInput, type Tuple } from './service-token.ts';
import { ServiceTokenCache } from './service-token-cache.ts';
import { ServiceTokenMint } from './service-token-mint.service.ts';
import { TupleMap } from './tuple-map.ts';

const SWEEP_PAUSE_MS = 60_000;

/** A token, and whether it comes from the cache. */
export type IssuedServiceToken = Pick<ServiceToken, 'token' | 'expiresAt'> & { readonly cached: boolean };

/** Statistics of this instance's service tokens, for the operator. */
export type ServiceTokenStats = Readonly<
  Record<'total' | 'valid' | 'expired' | 'hits' | 'misses' | 'inFlight', number>
>;

/** Selects tokens of a session by audience and method. An undefined field selects all. */
export type TokenSelection = { readonly aud?: string | undefined; readonly lxm?: string | undefined };

type Mint = { readonly tuple: Tuple; readonly token: Promise<ServiceToken> };

/** Caches minted tokens while they are usable, and runs at most one mint per tuple at a time. */
@Injectable()
export class MintedTokens implements OnModuleInit, OnApplicationShutdown {
  private readonly cache: ServiceTokenCache;
  private readonly mints = new TupleMap<Mint>();
  private readonly counts = { hits: 0, misses: 0, inFlight: 0 };
  private sweeping: NodeJS.Timeout | undefined;

  constructor(
    private readonly config: Config,
    private readonly serviceTokenMint: ServiceTokenMint,
    private readonly metrics: Metrics,
  ) {
    this.cache = new ServiceTokenCache(config.cachedServiceTokens);
  }

  onModuleInit(): void {
    const help = 'Service tokens that this instance keeps in memory';
    this.metrics.measure({ name: 'latchkey_service_tokens_kept', help }, () =>
      Promise.resolve(this.cache.size),
    );
    this.sweeping = setInterval(() => {
      this.sweep();
    }, SWEEP_PAUSE_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.sweeping);
  }

  /**
   * Returns a cached token if it is usable, or a new one.
   *
   * @param granted the current scope of the session
   * @throws BrokerError `TooManyRequests`, and the errors of {@link ServiceTokenMint.mint}
   */
  async getToken(tuple: Tuple, input: ServiceTokenInput, granted: string): Promise<IssuedServiceToken> {
    const cached = this.cache.get(tuple);
    if (cached && input.fresh) this.cache.delete(cached);
    else if (cached && isUsable(cached, input, granted, performance.now())) return this.countHit(cached);
    this.counts.misses++;
    try {
      const token = await this.joinOrMint(tuple, input, granted);
      this.metrics.credentials.serviceTokenAsked('minted');
      return { ...token, cached: false };
    } catch (error) {
      this.metrics.credentials.serviceTokenAsked('failed');
      throw error;
    }
  }

  /** Removes tokens of a session from the cache, and keeps running mints out of it. Returns the number of removals. */
  forget(sessionId: SessionId, { aud, lxm }: TokenSelection = {}): number {
    const isSelected = ({ tuple }: { tuple: Tuple }): boolean =>
      (aud === undefined || tuple.aud === aud) && (lxm === undefined || tuple.lxm === lxm);
    for (const mint of this.mints.ofSession(sessionId).filter(isSelected)) this.mints.delete(mint);
    const cached = this.cache.ofSession(sessionId).filter(isSelected);
    for (const token of cached) this.cache.delete(token);
    return cached.length;
  }

  /** Removes expired tokens from the cache. */
  sweep(): void {
    for (const token of this.cache.endedAt(performance.now())) this.cache.delete(token);
  }

  countTokens(): ServiceTokenStats {
    const [total, expired] = [this.cache.size, this.cache.endedAt(performance.now()).length];
    return { total, valid: total - expired, expired, ...this.counts };
  }

  private countHit(cached: ServiceToken): IssuedServiceToken {
    this.counts.hits++;
    this.metrics.credentials.serviceTokenAsked('kept');
    return { ...cached, cached: true };
  }

  /** Waits for a running mint, and mints another token if that one's life does not suit this caller. */
  private async joinOrMint(tuple: Tuple, input: ServiceTokenInput, granted: string): Promise<ServiceToken> {
    for (let mint = this.mints.get(tuple); mint; mint = this.mints.get(tuple)) {
      const token = await mint.token;
      if (isUsable(token, input, granted, performance.now())) return token;
    }
    this.requireRoom(tuple);
    return this.startMint(tuple, input);
  }

  /** Keeps one session from occupying all connections to its PDS, which other accounts share. */
  private requireRoom({ sessionId }: Tuple): void {
    const most = this.config.limits.concurrencyPerSession;
    if (this.mints.ofSession(sessionId).length < most) return;
    throw new BrokerError(
      'TooManyRequests',
      `The limit of ${most} concurrent mints per session is reached. Try again in a second.`,
      {
        retryAfterSeconds: 1,
      },
    );
  }

  private startMint(tuple: Tuple, input: ServiceTokenInput): Promise<ServiceToken> {
    const mint = { tuple, token: this.serviceTokenMint.mint(tuple, input) };
    this.mints.set(mint);
    this.counts.inFlight++;
    void this.cacheResult(mint, input);
    return mint.token;
  }

  /** Runs before the callers that wait for the mint continue. Does not cache a token that was removed meanwhile. */
  private async cacheResult(mint: Mint, input: ServiceTokenInput): Promise<void> {
    const token = await mint.token.catch(() => undefined); // The callers that wait receive the error.
    this.counts.inFlight--;
    const isWanted = this.mints.get(mint.tuple) === mint;
    this.mints.delete(mint);
    if (token && isWanted && isUsable(token, input, token.scope, performance.now()))
      this.cache.set({ ...token, tuple: mint.tuple });
  }
}
