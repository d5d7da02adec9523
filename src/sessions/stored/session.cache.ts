import { Injectable } from '@nestjs/common';
import { BrokerError, invalidToken, sessionSuspended } from '../../errors/broker-error.ts';
import { Config } from '../../config/config.ts';
import { ForeignWrites } from '../../database/cache/foreign-writes.service.ts';
import { RowCache } from '../../database/cache/row-cache.ts';
import type { SessionId } from '../../database/tables/id.ts';
import { ClockGuard } from '../../leases/clock/clock-guard.service.ts';
import { accessTokenHash, createDpopSigner, type DpopSigner } from '../../oauth/dpop/dpop-proof.ts';
import { type NewestState, SessionMarks } from './session-marks.service.ts';
import { isSuspended } from './session.ts';
import { SessionRepository, type StoredSession } from './session.repository.ts';
import type { SessionSecrets } from './session-secrets.service.ts';

/** The memory of an ordinary session with its key. Many far larger ones evict each other earlier. */
const BYTES_PER_SESSION = 16 * 1024;

/** The memory of a session beside its texts. */
const KEY_AND_OBJECTS_BYTES = 6 * 1024;

/** A session in memory, with its key ready to sign. */
export type LiveSession = StoredSession & {
  readonly secrets: SessionSecrets;
  readonly signer: DpopSigner;
  /** The hash of the access token, as proofs name it. */
  readonly ath: string;
  /** When the read started, in milliseconds of this process's monotonic clock. */
  readonly readStartedAt: number;
};

/** Caches the sessions in use with their opened secrets, so that a warm request reads no row. */
@Injectable()
export class SessionCache {
  private readonly rows: RowCache<LiveSession | StoredSession, SessionId>;

  constructor(
    private readonly sessionRows: SessionRepository,
    private readonly sessionMarks: SessionMarks,
    private readonly clockGuard: ClockGuard,
    foreignWrites: ForeignWrites,
    { cachedSessions }: Config,
  ) {
    this.rows = new RowCache(foreignWrites, {
      read: (id, known) => this.read(id, known),
      maxRows: cachedSessions,
      size: { of: bytesOf, most: cachedSessions * BYTES_PER_SESSION },
    });
  }

  /** Returns a session as it was at most five seconds ago. */
  get(id: SessionId): Promise<LiveSession | StoredSession | undefined> {
    return this.rows.get(id);
  }

  /** Reads a session from the database, whether it is cached or not. */
  reload(id: SessionId): Promise<LiveSession | StoredSession | undefined> {
    return this.rows.reload(id);
  }

  /** Drops a session that this process changed. */
  forget(id: SessionId): void {
    this.rows.forget(id);
  }

  /** Drops a session that this process gave a new state, and notes that state. */
  supersede(state: NewestState): void {
    this.forget(state.id);
    this.sessionMarks.note(state);
  }

  /** Updates the cached `lastUsedAt` after this process stored it. */
  noteStoredUse(id: SessionId): void {
    this.rows.amend(id, session =>
      isLive(session) ? { ...session, lastUsedAt: databaseTime(session) } : session,
    );
  }

  private async read(
    id: SessionId,
    known: LiveSession | StoredSession | undefined,
  ): Promise<LiveSession | StoredSession | undefined> {
    const session = await this.readOnce(id, known);
    // One that was found rolled back just now is put back at once, if that can be done.
    const isRepaired = session?.status === 'needs_check' && (await this.sessionMarks.repaired(id));
    return isRepaired ? this.readOnce(id, known) : session;
  }

  private async readOnce(
    id: SessionId,
    known: LiveSession | StoredSession | undefined,
  ): Promise<LiveSession | StoredSession | undefined> {
    const readStartedAt = performance.now();
    const session = await this.sessionRows.findSession(id, known);
    if (session) this.clockGuard.noteReading(session.readAt, performance.now() - readStartedAt);
    const secrets = session?.secrets;
    if (!secrets || session.status !== 'active') return session;
    if (!isLive(known) || known.secrets !== secrets) return toLive(session, secrets, readStartedAt);
    return { ...session, secrets, signer: known.signer, ath: known.ath, readStartedAt };
  }
}

/** Returns a stored session with its key ready to sign. */
export function toLive(session: StoredSession, secrets: SessionSecrets, readStartedAt: number): LiveSession {
  return { ...session, secrets, ...readied(secrets), readStartedAt };
}

/** Twice the sealed length: the row and the opened secrets are both kept. */
function bytesOf({ row, scope }: StoredSession): number {
  return KEY_AND_OBJECTS_BYTES + 2 * (row.sealed?.length ?? 0) + scope.length;
}

function readied({ dpopKey, accessToken }: SessionSecrets): Pick<LiveSession, 'signer' | 'ath'> {
  return { signer: createDpopSigner(dpopKey), ath: accessTokenHash(accessToken) };
}

/** Returns the database's time now: its time at the read, plus what this process's clock says has passed. */
export function databaseTime({ readAt, readStartedAt }: LiveSession): Date {
  return new Date(readAt.getTime() + performance.now() - readStartedAt);
}

/** Returns whether a session is active and has its secrets. */
export function isLive(session: LiveSession | StoredSession | undefined): session is LiveSession {
  return session !== undefined && 'signer' in session;
}

/** @throws BrokerError of {@link sessionEnded}, when the session does not exist or is not active */
export function requireLive(session: LiveSession | StoredSession | undefined): LiveSession {
  if (isLive(session)) return session;
  throw sessionEnded(session);
}

/** How long a caller waits before asking again for a session whose row is checked. */
const CHECK_AGAIN_SECONDS = 30;

/**
 * Returns the error for a session that cannot be used: `TokenUnavailable` while its row is checked;
 * `ReauthorizationRequired` if its owner can help, for a key's session with the link to reconnect it; `InvalidToken` if a
 * key's session was revoked, as the key is worthless then; `SessionSuspended` if a browser's session waits for a lost
 * answer.
 */
export function sessionEnded(
  session?: Pick<StoredSession, 'id' | 'purpose' | 'status' | 'reason'>,
): BrokerError {
  if (session?.status === 'needs_check') {
    return new BrokerError(
      'TokenUnavailable',
      'The database lost the newest state of this session. The broker looks for it. Try again soon.',
      { retryAfterSeconds: CHECK_AGAIN_SECONDS },
    );
  }
  if (session?.purpose === 'api_key') return keySessionEnded(session);
  if (session && isSuspended(session)) return sessionSuspended();
  return new BrokerError('ReauthorizationRequired', 'This session has ended. Please sign in again.');
}

function keySessionEnded({ id, status }: Pick<StoredSession, 'id' | 'status'>): BrokerError {
  if (status === 'revoking' || status === 'revoked') return invalidToken();
  return new BrokerError('ReauthorizationRequired', 'This key cannot act until its owner signs in again', {
    reconnectSessionId: id,
  });
}
