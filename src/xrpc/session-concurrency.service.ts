import { Injectable } from '@nestjs/common';
import type { Did } from '../database/tables/did.ts';
import type { SessionId } from '../database/tables/id.ts';
import { Config } from '../config/config.ts';
import { BrokerError } from '../errors/broker-error.ts';
import { counted } from '../errors/counted.ts';

/** An account has this many times the calls of one session: anybody can have any number of sessions. */
const SESSIONS_OF_AN_ACCOUNT = 4;

/** Limits how many calls of one session, and of one account, run at once in this process. */
@Injectable()
export class SessionConcurrency {
  /** By session id, and by DID. */
  private readonly running = new Map<string, number>();
  private readonly perSession: number;
  private readonly perAccount: number;

  constructor({ limits }: Config) {
    this.perSession = limits.concurrencyPerSession;
    this.perAccount = SESSIONS_OF_AN_ACCOUNT * this.perSession;
  }

  /**
   * Counts a call that starts.
   *
   * @returns a function to call once, when the call has ended
   * @throws BrokerError `TooManyRequests`
   */
  claimSlot({ sessionId, did }: { readonly sessionId: SessionId; readonly did: Did }): () => void {
    this.requireRoom('session', sessionId, this.perSession);
    this.requireRoom('account', did, this.perAccount);
    this.count(sessionId, 1);
    this.count(did, 1);
    return () => {
      this.count(sessionId, -1);
      this.count(did, -1);
    };
  }

  private requireRoom(what: 'session' | 'account', id: string, most: number): void {
    if ((this.running.get(id) ?? 0) < most) return;
    throw new BrokerError(
      'TooManyRequests',
      `This ${what} already has ${counted(most, 'call')} running, which is the limit. Wait for one of them to end.`,
      { retryAfterSeconds: 1 },
    );
  }

  private count(id: string, change: 1 | -1): void {
    const calls = (this.running.get(id) ?? 0) + change;
    if (calls > 0) this.running.set(id, calls);
    else this.running.delete(id);
  }
}
