import { Injectable } from '@nestjs/common';
import type { SessionId } from '../../database/tables/id.ts';
import type { AccountMovedError } from '../../oauth/refresh/token-refresh.service.ts';
import { ProcessClock } from '../../waiting/process-clock.service.ts';
import { runWithin } from '../../waiting/run-within.ts';
import { Shutdown } from '../../waiting/shutdown.service.ts';
import { Streaks } from '../../waiting/streaks.ts';
import { TokenProbe } from '../pds/token-probe.service.ts';
import type { LiveSession } from '../stored/session.cache.ts';

const MOST_SESSIONS = 10_000;

/** An account has moved if another issuer speaks for it this often in a row. A single time may be an error. */
const LOOKUPS_BEFORE_MOVED = 20;

/** An account has left if its DID document names another PDS this often, for this long, and its old one drops it. */
const LOOKUPS_BEFORE_LEFT = 3;
const LEFT_FOR_MS = 2 * 60_000;

/** The pause between these lookups, in seconds. Three of them take more than two minutes and less than three. */
const PAUSE = { least: 61, most: 75 };

/** How long the old PDS may take to answer. */
const PATIENCE_MS = 10_000;

/** What the lookups so far say. While an account is `leaving`, the next one is soon. */
export type Departure =
  { readonly kind: 'moved' | 'uncertain' } | { readonly kind: 'leaving'; readonly retryAfterSeconds: number };

/**
 * Decides when an account for which another issuer speaks has moved there. A server may name a wrong issuer for a while, so
 * that alone takes many lookups. It takes a few if the account has another PDS too, and the old one serves it no more.
 */
@Injectable()
export class AccountDepartures {
  private readonly otherIssuers = new Streaks<SessionId>(MOST_SESSIONS);
  private readonly otherServers = new Streaks<SessionId>(MOST_SESSIONS);

  constructor(
    private readonly tokenProbe: TokenProbe,
    private readonly processClock: ProcessClock,
    private readonly shutdown: Shutdown,
  ) {}

  /** Counts a lookup that found another issuer. */
  async note(session: LiveSession, found: AccountMovedError): Promise<Departure> {
    const now = this.processClock.monotonic();
    const { times } = this.otherIssuers.note(session.id, session.generation, now);
    if (await this.isGone(session, found)) {
      if (this.hasLeft(session, found)) return { kind: 'moved' };
      return { kind: 'leaving', retryAfterSeconds: pauseSeconds() };
    }
    this.otherServers.forget(session.id);
    return { kind: times > LOOKUPS_BEFORE_MOVED ? 'moved' : 'uncertain' };
  }

  /** Forgets the lookups of a session whose issuer speaks for it, or that has ended. */
  forget(id: SessionId): void {
    this.otherIssuers.forget(id);
    this.otherServers.forget(id);
  }

  /** Returns whether the account has another PDS, and the old one does not serve it. */
  private async isGone(session: LiveSession, { pds }: AccountMovedError): Promise<boolean> {
    if (pds === session.pds) return false;
    const isServed = await runWithin(PATIENCE_MS, this.shutdown.signal, over =>
      this.tokenProbe.isServed(session, over),
    );
    return isServed !== true;
  }

  private hasLeft({ id, generation }: LiveSession, { pds }: AccountMovedError): boolean {
    const now = this.processClock.monotonic();
    const { times, forMs } = this.otherServers.note(id, `${generation} ${pds}`, now);
    return times >= LOOKUPS_BEFORE_LEFT && forMs >= LEFT_FOR_MS;
  }
}

function pauseSeconds(random = Math.random): number {
  return PAUSE.least + random() * (PAUSE.most - PAUSE.least);
}
