import { Injectable } from '@nestjs/common';
import { BrokerError } from '../errors/broker-error.ts';
import { createDpopSigner, type DpopSigner } from '../oauth/dpop-proof.ts';
import { SessionRepository, type StoredSession } from './session.repository.ts';
import type { SessionSecrets } from './session-secrets.ts';

/** How old what we know of a session may be: what another instance revokes is seen here within this time. */
const MAX_AGE_MS = 5_000;
const MAX_ENTRIES = 10_000;

/** A session in memory, with its key ready to sign. */
export type LiveSession = StoredSession & {
  readonly secrets: SessionSecrets;
  readonly signer: DpopSigner;
  /** When its reading began, by this process's monotonic clock. */
  readonly readStartedAt: number;
};

/** The sessions in use, kept in memory for a moment, so that a warm request reads no row. */
@Injectable()
export class LiveSessions {
  private readonly entries = new Map<string, LiveSession>();

  constructor(private readonly sessions: SessionRepository) {}

  /** Returns a session with its secrets, as it was at most five seconds ago. */
  async get(id: string): Promise<LiveSession | StoredSession | undefined> {
    const known = this.entries.get(id);
    if (known && performance.now() - known.readStartedAt < MAX_AGE_MS) return known;
    return this.reload(id);
  }

  /** Reads a session again, whatever is known of it. */
  async reload(id: string): Promise<LiveSession | StoredSession | undefined> {
    const readStartedAt = performance.now();
    const session = await this.sessions.find(id);
    this.entries.delete(id);
    if (!session?.secrets || session.status !== 'active') return session;
    const live = {
      ...session,
      secrets: session.secrets,
      signer: createDpopSigner(session.secrets.dpopKey),
      readStartedAt,
    };
    this.entries.set(id, live);
    this.dropOldest();
    return live;
  }

  /** Forgets a session that was changed here. */
  forget(id: string): void {
    this.entries.delete(id);
  }

  private dropOldest(): void {
    if (this.entries.size <= MAX_ENTRIES) return;
    const [oldest] = this.entries.keys();
    if (oldest !== undefined) this.entries.delete(oldest);
  }
}

/** The database's time now, as far as a session that was read a moment ago can tell. */
export function databaseTime({ readAt, readStartedAt }: LiveSession): Date {
  return new Date(readAt.getTime() + performance.now() - readStartedAt);
}

/** Whether a session is active and has its secrets. */
export function isLive(session: LiveSession | StoredSession | undefined): session is LiveSession {
  return session !== undefined && 'signer' in session;
}

/** @throws BrokerError `ReauthorizationRequired` when there is no such session, or it is not active */
export function requireLive(session: LiveSession | StoredSession | undefined): LiveSession {
  if (isLive(session)) return session;
  throw sessionEnded();
}

export function sessionEnded(): BrokerError {
  return new BrokerError('ReauthorizationRequired', 'This session has ended. Please sign in again.');
}
