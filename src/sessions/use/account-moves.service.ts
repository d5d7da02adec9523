import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { SessionId } from '../../database/tables/id.ts';
import { OutboundError } from '../../identity/outbound/outbound-error.ts';
import { AccountIssuers } from '../../oauth/issuers/account-issuers.service.ts';
import { ProcessClock } from '../../waiting/process-clock.service.ts';
import { Shutdown } from '../../waiting/shutdown.service.ts';
import { Streaks } from '../../waiting/streaks.ts';
import type { PdsResponse } from '../pds/pds-requests.service.ts';
import { Refresher } from '../refresh/refresher.service.ts';
import type { LiveSession } from '../stored/session.cache.ts';

const MINUTE_MS = 60_000;

const MOST_SESSIONS = 10_000;
const MOST_SERVERS = 1_000;

/** The looks of all sessions together in a minute: an outage of a large PDS must not become one of the directory. */
const LOOKS_A_MINUTE = 120;

/**
 * Looks at the DID document of an account whose PDS says that it does not have it, or has not been reachable for a minute.
 * A refresh follows if the account has another PDS now, because only new tokens work there. It also finds out if the
 * account has another issuer.
 */
@Injectable()
export class AccountMoves {
  /** Since when each server is unreachable. */
  private readonly outages = new Streaks(MOST_SERVERS);
  /** When each session was looked at. */
  private readonly looks = new LRUCache<SessionId, number>({ max: MOST_SESSIONS });
  private minute = { startedAt: -Infinity, looks: 0 };

  constructor(
    private readonly accountIssuers: AccountIssuers,
    private readonly refresher: Refresher,
    private readonly processClock: ProcessClock,
    private readonly shutdown: Shutdown,
  ) {}

  /** Notes that a PDS answered a request of a session. */
  noteResponse(session: LiveSession, { isAbsence }: Pick<PdsResponse, 'isAbsence'>): void {
    this.outages.forget(session.pds);
    if (isAbsence) this.beginLook(session);
  }

  /** Notes that a request of a session got no response. Other errors than those of the connection are ignored. */
  noteFailure(session: LiveSession, error: unknown): void {
    if (!(error instanceof OutboundError) || error.reason === 'closed' || error.reason === 'busy') return;
    const { forMs } = this.outages.note(session.pds, 'unreachable', this.processClock.monotonic());
    if (forMs >= MINUTE_MS) this.beginLook(session);
  }

  /** A session whose refresh fails is looked at with each further try. */
  private beginLook(session: LiveSession): void {
    const now = this.processClock.monotonic();
    if (this.shutdown.signal.aborted || session.failures > 0 || !this.claimLook(session.id, now)) return;
    // What cannot be looked up now proves nothing.
    void this.look(session).catch(() => undefined);
  }

  /** Allows one look per session and minute, and a limited number of all sessions. */
  private claimLook(id: SessionId, now: number): boolean {
    const last = this.looks.get(id);
    if (last !== undefined && now - last < MINUTE_MS) return false;
    if (now - this.minute.startedAt >= MINUTE_MS) this.minute = { startedAt: now, looks: 0 };
    if (this.minute.looks >= LOOKS_A_MINUTE) return false;
    this.minute.looks++;
    this.looks.set(id, now);
    return true;
  }

  private async look({ id, did, pds }: LiveSession): Promise<void> {
    const found = await this.accountIssuers.findPds(did);
    if (found !== new URL(pds).origin) await this.refresher.refresh(id, { kind: 'forced' });
  }
}
