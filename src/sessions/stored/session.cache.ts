import { Injectable } from '@nestjs/common';
import { BrokerError, invalidToken } from '../../errors/broker-error.ts';
import { Config } from '../../config/config.ts';
import { ForeignWrites } from '../../database/cache/foreign-writes.service.ts';
import { RowCache } from '../../database/cache/row-cache.ts';
import { accessTokenHash, createDpopSigner, type DpopSigner } from '../../oauth/dpop/dpop-proof.ts';
import { SessionRepository, type StoredSession } from './session.repository.ts';
import type { SessionSecrets } from './session-secrets.service.ts';

/** What an ordinary session takes with its key; many far larger ones push each other out earlier. */
const BYTES_PER_SESSION = 16 * 1024;

/** What a session takes beside its texts. */
const KEY_AND_OBJECTS_BYTES = 6 * 1024;

/** A session in memory, with its key ready to sign. */
export type LiveSession = StoredSession & {
  readonly secrets: SessionSecrets;
  readonly signer: DpopSigner;
  /** Names the access token in every proof. */
  readonly ath: string;
  /** When its reading began, by this process's monotonic clock. */
  readonly readStartedAt: number;
};

/** The sessions in use, kept in memory for a moment, so that a warm request reads no row. */
@Injectable()
export class SessionCache {
  private readonly rows: RowCache<LiveSession | StoredSession>;

  constructor(
    private readonly sessionRows: SessionRepository,
    foreignWrites: ForeignWrites,
    { cachedSessions }: Config,
  ) {
    this.rows = new RowCache(foreignWrites, {
      read: (id, known) => this.read(id, known),
      mostRows: cachedSessions,
      size: { of: bytesOf, most: cachedSessions * BYTES_PER_SESSION },
    });
  }

  /** Returns a session with its secrets, as it was at most five seconds ago. */
  get(id: string): Promise<LiveSession | StoredSession | undefined> {
    return this.rows.get(id);
  }

  /** Reads a session again, whatever is known of it. */
  reload(id: string): Promise<LiveSession | StoredSession | undefined> {
    return this.rows.reload(id);
  }

  /** Forgets a session that was changed here. */
  forget(id: string): void {
    this.rows.forget(id);
  }

  /** Knows that the use of a session was just written down here. */
  noteStoredUse(id: string): void {
    this.rows.amend(id, session =>
      isLive(session) ? { ...session, lastUsedAt: databaseTime(session) } : session,
    );
  }

  private async read(
    id: string,
    known: LiveSession | StoredSession | undefined,
  ): Promise<LiveSession | StoredSession | undefined> {
    const readStartedAt = performance.now();
    const session = await this.sessionRows.findSession(id, known);
    const secrets = session?.secrets;
    if (!secrets || session.status !== 'active') return session;
    if (!isLive(known) || known.secrets !== secrets) return toLive(session, secrets, readStartedAt);
    return { ...session, secrets, signer: known.signer, ath: known.ath, readStartedAt };
  }
}

/** Makes a stored session ready to sign with these secrets. */
export function toLive(session: StoredSession, secrets: SessionSecrets, readStartedAt: number): LiveSession {
  return { ...session, secrets, ...readied(secrets), readStartedAt };
}

/** Sealed, the secrets are a text; opened, they are there once more. */
function bytesOf({ row, scope }: StoredSession): number {
  return KEY_AND_OBJECTS_BYTES + 2 * (row.sealed?.length ?? 0) + scope.length;
}

function readied({ dpopKey, accessToken }: SessionSecrets): Pick<LiveSession, 'signer' | 'ath'> {
  return { signer: createDpopSigner(dpopKey), ath: accessTokenHash(accessToken) };
}

/** The database's time now, as far as a session that was read a moment ago can tell. */
export function databaseTime({ readAt, readStartedAt }: LiveSession): Date {
  return new Date(readAt.getTime() + performance.now() - readStartedAt);
}

/** Whether a session is active and has its secrets. */
export function isLive(session: LiveSession | StoredSession | undefined): session is LiveSession {
  return session !== undefined && 'signer' in session;
}

/** @throws BrokerError as {@link sessionEnded} tells, when there is no such session, or it is not active */
export function requireLive(session: LiveSession | StoredSession | undefined): LiveSession {
  if (isLive(session)) return session;
  throw sessionEnded(session);
}

/**
 * Says that a session cannot be used: `ReauthorizationRequired` while its owner can help, with the link by which a key's
 * session is taken up again; `InvalidToken` for a key's that was ended for good, as its key opens nothing any more.
 */
export function sessionEnded(session?: Pick<StoredSession, 'id' | 'purpose' | 'status'>): BrokerError {
  if (session?.purpose === 'api_key') return keySessionEnded(session);
  return new BrokerError('ReauthorizationRequired', 'This session has ended. Please sign in again.');
}

function keySessionEnded({ id, status }: Pick<StoredSession, 'id' | 'status'>): BrokerError {
  if (status === 'revoking' || status === 'revoked') return invalidToken();
  return new BrokerError(
    'ReauthorizationRequired',
    'The session of this key needs its owner. The key is good: it lives again once the owner has opened reconnectUrl.',
    { reconnectSessionId: id },
  );
}
