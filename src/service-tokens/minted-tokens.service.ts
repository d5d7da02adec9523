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

/** A token that is handed out, and whether it was kept from before. */
export type HandedToken = Pick<ServiceToken, 'token' | 'expiresAt'> & { readonly cached: boolean };

/** What the operator is told of this instance's service tokens. */
export type ServiceTokenStats = Readonly<
  Record<'total' | 'valid' | 'expired' | 'hits' | 'misses' | 'inFlight', number>
>;

/** Which tokens of a session are meant: those of an audience, of a method, or all. */
export type TokenSelection = { readonly aud?: string | undefined; readonly lxm?: string | undefined };

type Mint = { readonly tuple: Tuple; readonly token: Promise<ServiceToken> };

/** Tokens that were minted, kept while they are good for another use; of one tuple one mint is under way at a time. */
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
   * Takes a token that is kept, or the one that is minted now.
   *
   * @param granted what the session is granted now
   * @throws BrokerError `TooManyRequests`, and what the mint throws
   */
  async take(tuple: Tuple, ask: ServiceTokenInput, granted: string): Promise<HandedToken> {
    const kept = this.cache.get(tuple);
    if (kept && ask.fresh) this.cache.delete(kept);
    else if (kept && isUsable(kept, ask, granted, performance.now())) return this.hand(kept);
    this.counts.misses++;
    try {
      const token = await this.obtain(tuple, ask, granted);
      this.metrics.credentials.serviceTokenAsked('minted');
      return { ...token, cached: false };
    } catch (error) {
      this.metrics.credentials.serviceTokenAsked('failed');
      throw error;
    }
  }

  /** Forgets tokens of a session, and what is being minted for it; answers how many were kept. */
  forget(sessionId: SessionId, { aud, lxm }: TokenSelection = {}): number {
    const isMeant = ({ tuple }: { tuple: Tuple }): boolean =>
      (aud === undefined || tuple.aud === aud) && (lxm === undefined || tuple.lxm === lxm);
    for (const mint of this.mints.ofSession(sessionId).filter(isMeant)) this.mints.delete(mint);
    const kept = this.cache.ofSession(sessionId).filter(isMeant);
    for (const token of kept) this.cache.delete(token);
    return kept.length;
  }

  /** Removes what has ended. */
  sweep(): void {
    for (const token of this.cache.endedAt(performance.now())) this.cache.delete(token);
  }

  stats(): ServiceTokenStats {
    const [total, expired] = [this.cache.size, this.cache.endedAt(performance.now()).length];
    return { total, valid: total - expired, expired, ...this.counts };
  }

  private hand(kept: ServiceToken): HandedToken {
    this.counts.hits++;
    this.metrics.credentials.serviceTokenAsked('kept');
    return { ...kept, cached: true };
  }

  /** Joins the mint that is under way, which may yield a token that lives too long or too short for this caller. */
  private async obtain(tuple: Tuple, ask: ServiceTokenInput, granted: string): Promise<ServiceToken> {
    for (let mint = this.mints.get(tuple); mint; mint = this.mints.get(tuple)) {
      const token = await mint.token;
      if (isUsable(token, ask, granted, performance.now())) return token;
    }
    this.requireRoom(tuple);
    return this.begin(tuple, ask);
  }

  /** All accounts of a PDS share its connections, which one of them could take up with mints of as many kinds. */
  private requireRoom({ sessionId }: Tuple): void {
    const most = this.config.limits.concurrencyPerSession;
    if (this.mints.ofSession(sessionId).length < most) return;
    throw new BrokerError(
      'TooManyRequests',
      `No more than ${most} tokens of one session are minted at a time.`,
      {
        retryAfterSeconds: 1,
      },
    );
  }

  private begin(tuple: Tuple, ask: ServiceTokenInput): Promise<ServiceToken> {
    const mint = { tuple, token: this.serviceTokenMint.mint(tuple, ask) };
    this.mints.set(mint);
    this.counts.inFlight++;
    void this.settle(mint, ask);
    return mint.token;
  }

  /** Runs before whoever waits for the mint goes on. What was forgotten meanwhile is not kept. */
  private async settle(mint: Mint, ask: ServiceTokenInput): Promise<void> {
    const token = await mint.token.catch(() => undefined); // Whoever waits for it is told.
    this.counts.inFlight--;
    const isWanted = this.mints.get(mint.tuple) === mint;
    this.mints.delete(mint);
    if (token && isWanted && isUsable(token, ask, token.scope, performance.now()))
      this.cache.set({ ...token, tuple: mint.tuple });
  }
}
