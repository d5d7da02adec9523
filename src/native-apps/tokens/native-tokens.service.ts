import { Injectable } from '@nestjs/common';
import type { AttemptId } from '../../database/tables/id.ts';
import { toDate, type Timestamp } from '../../database/tables/timestamp.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { HighWater } from '../../high-water/high-water.service.ts';
import { Marks } from '../../high-water/marks.ts';
import { Log } from '../../observability/log/log.ts';
import { ProcessClock } from '../../waiting/process-clock.service.ts';
import type { Fingerprint } from './fingerprints.service.ts';
import type { KnownToken, TokenBinding } from './native-refresh.ts';
import { NativeRefreshRepository, REPLAY_SECONDS, type StoredAnswer } from './native-refresh.repository.ts';

/** An answer this old is not put back: its row may have expired in the meantime. */
const PUT_BACK_MS = (REPLAY_SECONDS - 60) * 1000;

/** No attempt is in doubt for as long. */
const MARK_KEPT_MS = 24 * 60 * 60_000;

const AGAIN_SECONDS = 60;

/** The last time that a token was sent. */
export type NativeSending = {
  readonly attemptId: AttemptId;
  readonly owner: string;
  readonly sentAt: Timestamp;
  readonly binding: TokenBinding;
};

/** The newest state of a token that this process stored. `over`: what was sent was given up, or its session was revoked. */
type NativeMark =
  | ({ readonly state: 'sent' } & NativeSending)
  | { readonly state: 'answered'; readonly at: number }
  | { readonly state: 'over' };

/** A token as the database has it, or as this process knows it if the database lost that. */
export type FoundToken = KnownToken & {
  /** Where the next attempt may commit, if the row has lost `attempt`. */
  readonly placeAfter?: { readonly kind: 'free' | 'unknown-token' };
};

/**
 * Finds stored refresh tokens. The newest state that this process stored of each is in its high-water journal, so that a
 * database that is rolled back does not let the broker send a token twice.
 */
@Injectable()
export class NativeTokens {
  private readonly marks: Marks<NativeMark, StoredAnswer>;

  constructor(
    private readonly nativeRefreshRows: NativeRefreshRepository,
    private readonly processClock: ProcessClock,
    private readonly log: Log,
    highWater: HighWater,
  ) {
    this.marks = new Marks(highWater, { name: 'native', isNewer });
  }

  /**
   * Finds a token. An answer that the database lost is put back first.
   *
   * @throws BrokerError `SealedRowUnreadable` if the row was edited; `RefreshInDoubt` if the token was spent and its answer
   * cannot be had here
   */
  async find(fingerprint: Fingerprint): Promise<FoundToken | undefined> {
    const { id } = fingerprint;
    // From before the read: only that must be in what it returns.
    const mark = this.marks.find(id);
    const known = await this.nativeRefreshRows.find(fingerprint);
    if (known?.answered) return known;
    if (mark?.state === 'answered' && this.isRepeated(mark.at)) return this.putBack(fingerprint);
    if (mark?.state === 'sent' && !known?.attempt) return withAttempt(fingerprint, known, mark);
    return known;
  }

  noteSending({ id }: Pick<Fingerprint, 'id'>, sending: NativeSending): void {
    this.marks.note(id, { state: 'sent', ...sending }, null);
  }

  noteAnswer(answer: StoredAnswer): void {
    this.marks.note(answer.fingerprint.id, { state: 'answered', at: this.processClock.wall() }, answer);
  }

  /** Notes that nothing holds the token: it may be sent, or is known no more. */
  noteEnd({ id }: Pick<Fingerprint, 'id'>): void {
    if (this.marks.find(id)) this.marks.note(id, { state: 'over' }, null);
  }

  /** Drops the marks of a day ago. */
  tidy(): void {
    this.marks.tidy(MARK_KEPT_MS);
  }

  private isRepeated(at: number): boolean {
    const ageMs = this.processClock.wall() - at;
    return ageMs >= 0 && ageMs < PUT_BACK_MS;
  }

  private async putBack(fingerprint: Fingerprint): Promise<KnownToken | undefined> {
    const answer = this.marks.open(fingerprint.id);
    if (!answer) {
      const message = 'This refresh token was used, and the database lost the answer. It may be found again.';
      throw new BrokerError('RefreshInDoubt', message, { retryAfterSeconds: AGAIN_SECONDS });
    }
    await this.nativeRefreshRows.storeAnswer(answer);
    this.log.nativeAnswerPutBack({ appId: answer.binding.appId });
    return this.nativeRefreshRows.find(fingerprint);
  }
}

function withAttempt(
  fingerprint: Fingerprint,
  known: KnownToken | undefined,
  { attemptId: id, owner, sentAt, binding }: NativeSending,
): FoundToken {
  const attempt = { state: 'sent', id, owner, sentAt: toDate(sentAt) } as const;
  return known
    ? { ...known, attempt, placeAfter: { kind: 'free' } }
    : {
        fingerprint,
        binding,
        attempt,
        answered: null,
        readAt: new Date(),
        placeAfter: { kind: 'unknown-token' },
      };
}

function isNewer(found: NativeMark, own: NativeMark | undefined): boolean {
  if (found.state === 'over') return false;
  if (!own) return true;
  if (found.state === 'answered') return own.state !== 'answered';
  return own.state === 'sent' && found.sentAt > own.sentAt;
}
