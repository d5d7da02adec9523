import { Injectable } from '@nestjs/common';
import { digestOf } from '../../crypto/secret.ts';
import type { SessionId } from '../../database/tables/id.ts';
import { HighWater } from '../../high-water/high-water.service.ts';
import { Marks } from '../../high-water/marks.ts';
import type { Session } from './session.ts';
import { type BoundColumns, type SessionRow, toBoundColumns } from './session-row.ts';
import type { SessionSecrets } from './session-secrets.service.ts';
import {
  type AttemptColumns,
  decideStanding,
  IN_CHECK,
  isOver,
  lacksSending,
  type SentMark,
  type SessionMark,
} from './session-standing.ts';

/** How long a mark is recent. A standby that lags is seconds behind. */
const RECENT_MS = 60_000;

const MOST_RECENT = 1_000;

/** No answer comes as late, and no owner is waited for as long. */
const SENDING_KEPT_MS = 2 * 24 * 60 * 60_000;

/** A state of a session that can be stored again as it was. */
export type SessionState = Pick<Session, 'status' | 'reason' | 'generation'> & {
  readonly columns: BoundColumns;
  readonly secrets: SessionSecrets;
};

/** A session as it was read, with its row as the database has it. */
export type ReadSession = Session & { readonly row: SessionRow; readonly secrets: SessionSecrets | null };

/** A session with the state that was just stored or read. */
export type NewestState = Omit<ReadSession, 'row'>;

/** What this process knows of one session. */
export type KnownSession = { readonly id: SessionId; readonly mark: SessionMark };

/** What a process knew of a session before it read its row. */
export type Foreknowledge = { readonly mark: SessionMark | undefined; readonly sent: SentMark | undefined };

/**
 * Repairs a session whose row is behind what this process knows. Returns whether it may be read again. Never rejects.
 *
 * @param sent the attempt that the row has lost, if it has lost nothing else
 */
export type Repair = (session: ReadSession, sent: SentMark | undefined) => Promise<boolean>;

/**
 * Compares each read of a session with the newest state that this process stored or saw, and notes what is newer. So a row
 * that a failover or a restore rolled back is noticed before anything is sent from it.
 */
@Injectable()
export class SessionMarks {
  private readonly marks: Marks<SessionMark, SessionState>;
  private readonly sendings: Marks<SentMark, never>;
  private repair: Repair = () => Promise.resolve(false);
  private readonly repairs = new Map<SessionId, Promise<boolean>>();
  /** When each was noted, in milliseconds of this process's monotonic clock, oldest first. */
  private readonly recent = new Map<SessionId, number>();

  constructor(highWater: HighWater) {
    const onAdopted = (id: string): void => {
      this.noteRecent(id as SessionId);
    };
    this.marks = new Marks(highWater, { name: 'session', isNewer: isNewerMark, onAdopted });
    this.sendings = new Marks(highWater, { name: 'sending', isNewer: isLaterSending, onAdopted });
  }

  /** Sets what is done with sessions that were rolled back: one repair per session at a time. */
  repairWith(repair: Repair): void {
    this.repair = repair;
  }

  /** Resolves when the running repair of a session has ended, to whether it may be read again. */
  repaired(id: SessionId): Promise<boolean> {
    return this.repairs.get(id) ?? Promise.resolve(false);
  }

  /** Resolves when all running repairs have ended. */
  async allRepaired(): Promise<void> {
    await Promise.all(this.repairs.values());
  }

  /** Returns what is known of a session. Called before a read begins, because only that must be in what it returns. */
  foresee(id: SessionId): Foreknowledge {
    return { mark: this.find(id), sent: this.sendings.find(id) };
  }

  /** Returns the newest known state of a session, as far as rows are compared with it. */
  find(id: SessionId): SessionMark | undefined {
    return this.marks.find(id);
  }

  /** Returns the newest known state of a session, or undefined if it is over or cannot be had. */
  open(id: SessionId): SessionState | undefined {
    return this.marks.open(id);
  }

  /**
   * Returns a session as it may be used: one that is behind what was known has the status `needs_check`, whatever its row
   * says.
   *
   * @param known of {@link foresee}, from before the read
   */
  check<Read extends ReadSession>(session: Read, { mark, sent }: Foreknowledge): Read {
    switch (this.compare(session, mark)) {
      case 'ahead':
        if (session.status !== 'needs_check') this.note(session);
        return this.checkSending(session, sent);
      case 'same':
        return this.checkSending(session, sent);
      case 'ended-behind':
        if (session.status === 'revoked' && this.open(session.id)) this.startRepair(session, undefined);
        return session;
      case 'behind':
        // Nothing is sent from a row that is not active. It only matters if its newest state is known.
        if (session.status !== 'active' && !mark?.isOver && !this.open(session.id)) return session;
        this.startRepair(session, undefined);
        return { ...session, ...IN_CHECK };
    }
  }

  /** Notes that the refresh token of a session was sent. */
  noteSending(id: SessionId, sending: SentMark): void {
    this.sendings.note(id, sending, null);
    this.noteRecent(id);
  }

  /** Returns whether a row has lost an attempt that was sent, as this process knows. */
  lacksSending(row: AttemptColumns & Pick<SessionRow, 'id'>): boolean {
    return lacksSending(row, this.sendings.find(row.id));
  }

  /** Notes a state that was stored or read, unless a newer one was noted since. */
  note(session: NewestState): void {
    if (this.compare(session, this.find(session.id)) !== 'ahead') return;
    const { id, status, reason, generation, secrets } = session;
    const mark: SessionMark = {
      generation,
      digest: digestIn(secrets),
      ...timesOf(session),
      isOver: isOver(status),
    };
    const state: SessionState | null =
      secrets && !mark.isOver
        ? { status, reason, generation, columns: toBoundColumns(session), secrets }
        : null;
    this.marks.note(id, mark, state);
    this.noteRecent(id);
  }

  /** Lists the sessions that were noted within the last minute, the newest 1,000. */
  listRecent(): KnownSession[] {
    const since = performance.now() - RECENT_MS;
    for (const [id, notedAt] of this.recent) if (notedAt < since) this.recent.delete(id);
    return [...this.recent.keys()].flatMap(id => {
      const mark = this.find(id);
      return mark ? [{ id, mark }] : [];
    });
  }

  /** Lists known sessions in the order of their ids, after an id. */
  listAfter(after: SessionId, limit: number): KnownSession[] {
    const page = this.marks.listAfter(after, limit);
    return page.map(({ id, facts }) => ({ id: id as SessionId, mark: facts }));
  }

  /** Drops the oldest of too many marks, and re-seals some that an older encryption key sealed. */
  tidy(): void {
    this.marks.tidy();
    this.sendings.tidy(SENDING_KEPT_MS);
  }

  private checkSending<Read extends ReadSession>(session: Read, sent: SentMark | undefined): Read {
    if (!lacksSending(session.row, sent)) return session;
    this.startRepair(session, sent);
    return { ...session, ...IN_CHECK };
  }

  private startRepair(session: ReadSession, sent: SentMark | undefined): void {
    const { id } = session;
    if (this.repairs.has(id)) return;
    const repair = this.repair(session, sent).finally(() => this.repairs.delete(id));
    this.repairs.set(id, repair);
  }

  private compare(session: NewestState, mark: SessionMark | undefined): ReturnType<typeof decideStanding> {
    const { status, generation, secrets } = session;
    const row = { status, generation, digest: digestIn(secrets) };
    return decideStanding({ ...row, ...timesOf(session) }, mark);
  }

  private noteRecent(id: SessionId): void {
    this.recent.delete(id);
    this.recent.set(id, performance.now());
    const [oldest] = this.recent.keys();
    if (this.recent.size > MOST_RECENT && oldest !== undefined) this.recent.delete(oldest);
  }
}

function timesOf({ grantedAt, refreshedAt }: NewestState): Pick<SessionMark, 'grantedAt' | 'refreshedAt'> {
  return { grantedAt: grantedAt.toISOString(), refreshedAt: refreshedAt.toISOString() };
}

function isNewerMark(found: SessionMark, own: SessionMark | undefined): boolean {
  if (found.isOver) return own?.isOver !== true;
  return decideStanding({ ...found, status: 'active' }, own) === 'ahead';
}

function isLaterSending(found: SentMark, own: SentMark | undefined): boolean {
  const { generation = 0, sentAt = '' } = own ?? {};
  return found.generation === generation ? found.sentAt > sentAt : found.generation > generation;
}

function digestIn(secrets: SessionSecrets | null): string | null {
  return secrets?.refreshToken ? digestOf(secrets.refreshToken) : null;
}
