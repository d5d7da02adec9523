import { Injectable } from '@nestjs/common';
import { digestOf } from '../../crypto/secret.ts';
import { Instances } from '../../leases/instances.service.ts';
import { Log } from '../../observability/log/log.ts';
import type { CheckedProof } from '../../oauth/dpop/dpop-proof-check.ts';
import { decideRefreshOutcome, decideRefreshFailure } from '../../oauth/refresh/refresh-outcome.ts';
import { Shutdown } from '../../waiting/shutdown.service.ts';
import type { Delivered } from '../../single-use/deliveries.ts';
import { FailPoints } from '../../single-use/fail-points.service.ts';
import { pause } from '../../waiting/pause.ts';
import { stopwatch } from '../../waiting/stopwatch.ts';
import { withinTime } from '../../waiting/within-time.ts';
import { type Fingerprint, Fingerprints } from './fingerprints.service.ts';
import { type AppRequest, IssuerRequests, type ReceivedAnswer } from './issuer-requests.service.ts';
import { NativeAnswers } from './native-answers.service.ts';
import type { IssuerAnswer, SentProof, TokenBinding } from './native-refresh.ts';
import { type AttemptOn, NativeRefreshRepository } from './native-refresh.repository.ts';
import { AttemptId, newId } from '../../database/tables/id.ts';

/** How long this process believes that an answer may still come. No request is good for as long. */
const ANSWER_PATIENCE_MS = 10 * 60_000;

/** A process that was stopped for longer between committing and sending may have lost its place in the meantime. */
const LONGEST_HESITATION_MS = 2_000;

const LONGEST_PAUSE_MS = 5_000;

/** How long the end of an attempt without an answer waits for the database. */
const CONCLUDING_MS = 2_000;

/** The use of a refresh token by an app, checked: all that is left is to sign and to send. */
export type TokenUse = {
  readonly fingerprint: Fingerprint;
  readonly binding: TokenBinding;
  /** With the key that the binding names. */
  readonly request: AppRequest;
  readonly proof: CheckedProof;
};

/** Where an attempt takes its place: on a token that is not known, or on one that is, in the place of another or of none. */
export type Place = { readonly isKnown: boolean; readonly instead: AttemptId | null };

/** How the use of a token ended, for everybody who waits for it. */
export type UseOutcome =
  | { readonly kind: 'answered'; readonly answer: IssuerAnswer; readonly sent: SentProof }
  /** The issuer refused it; the token is what it was. */
  | { readonly kind: 'refused'; readonly answer: IssuerAnswer }
  /** Nothing was sent, or what was sent was refused for the broker's own fault: it can be tried again. */
  | { readonly kind: 'not-sent'; readonly cause: unknown }
  /** It was sent, and nobody knows what became of it. */
  | { readonly kind: 'unknown'; readonly cause: unknown };

/** `undefined` when the attempt has lost its place. */
export type AttemptEnd = { readonly outcome: UseOutcome | undefined; readonly written: Promise<unknown> };

/** Makes one attempt on a refresh token: signs, commits to sending, sends, and writes down what came of it. */
@Injectable()
export class NativeAttempts {
  constructor(
    private readonly nativeRefreshRows: NativeRefreshRepository,
    private readonly issuerRequests: IssuerRequests,
    private readonly nativeAnswers: NativeAnswers,
    private readonly fingerprints: Fingerprints,
    private readonly instances: Instances,
    private readonly shutdown: Shutdown,
    private readonly failPoints: FailPoints,
    private readonly log: Log,
  ) {}

  newAttempt(fingerprint: Fingerprint): AttemptOn {
    return { fingerprint, attemptId: newId(AttemptId), owner: this.instances.self };
  }

  /**
   * Runs an attempt. Until it commits to sending it has written nothing: whoever comes meanwhile need not wait for it,
   * and of several only one is let commit. Its end has two steps: `outcome` may be given out, and `written` is the end
   * of the writing that goes on meanwhile; while that lasts, the token must not be taken for one that nobody uses.
   */
  async run(attempt: AttemptOn, use: TokenUse, place: Place): Promise<AttemptEnd> {
    const progress = { sent: false };
    try {
      const received = await this.transmit(attempt, use, place, progress);
      return received ? await this.conclude(attempt, use, place, received) : lostPlace;
    } catch (cause) {
      const isUnsent = !progress.sent || decideRefreshFailure(cause).kind === 'not-sent';
      return isUnsent
        ? this.giveUp(attempt, place, { kind: 'not-sent', cause })
        : this.doubt(attempt, use, cause);
    }
  }

  private async transmit(
    attempt: AttemptOn,
    use: TokenUse,
    place: Place,
    progress: { sent: boolean },
  ): Promise<ReceivedAnswer | undefined> {
    await this.failPoints.at('after_intent');
    const signed = await this.issuerRequests.sign(use.request);
    const lateness = stopwatch();
    if (!(await this.commit(attempt, use, place))) return undefined;
    await this.failPoints.at('before_send');
    if (lateness() > LONGEST_HESITATION_MS) throw new Error('Too late to send what was signed.');
    progress.sent = true;
    const sending = this.issuerRequests.send(signed);
    const received = await withinTime(ANSWER_PATIENCE_MS, sending, undefined);
    if (!received) {
      this.keepLate(sending, use);
      throw new Error('The issuer has not answered.');
    }
    return received;
  }

  /** A commit whose confirmation was lost is looked up. */
  private async commit(attempt: AttemptOn, use: TokenUse, place: Place): Promise<boolean> {
    const sent = sentProofOf(use);
    try {
      return place.isKnown
        ? await this.nativeRefreshRows.commitKnown(attempt, place.instead, sent)
        : await this.nativeRefreshRows.commitUnknown(attempt, use.binding, sent);
    } catch (cause) {
      const now = (await this.nativeRefreshRows.find(attempt.fingerprint))?.attempt;
      if (now?.id === attempt.attemptId) return true;
      // The commit may still come through: who gives the attempt up now rules that out.
      throw new Error('The commit to send was not confirmed.', { cause });
    }
  }

  private async conclude(
    attempt: AttemptOn,
    use: TokenUse,
    place: Place,
    { answer, clockWasWrong }: ReceivedAnswer,
  ): Promise<AttemptEnd> {
    const judged = decideRefreshOutcome(answer.status, answer.body, answer.headers['retry-after'] ?? null);
    switch (judged.kind) {
      case 'refreshed':
        return this.keep(use, answer, judged.tokens.refreshToken);
      case 'unknown':
        return this.doubt(attempt, use, judged.cause);
      default: {
        // An assertion of the wrong time is our fault, and the next one will be of the right one.
        const isOurs = clockWasWrong && judged.kind !== 'sign-again';
        const cause = new Error('The assertion was signed by another clock than the issuer has.');
        return this.giveUp(
          attempt,
          place,
          isOurs ? { kind: 'not-sent', cause } : { kind: 'refused', answer },
        );
      }
    }
  }

  /** Keeps a success before anybody is given it: it comes only once. */
  private async keep(use: TokenUse, answer: IssuerAnswer, refreshToken: string | null): Promise<AttemptEnd> {
    const { fingerprint, binding } = use;
    const next =
      refreshToken === null ? null : this.fingerprints.ofRefreshToken(binding.issuer, refreshToken);
    const sent = sentProofOf(use);
    let delivered: Delivered<void> | undefined;
    try {
      await this.failPoints.at('after_answer');
      await this.failPoints.at('before_write');
    } finally {
      delivered = this.nativeAnswers.deliver({ fingerprint, binding, answer, sent, next });
      await delivered.safe;
    }
    return { outcome: { kind: 'answered', answer, sent }, written: delivered.stored };
  }

  /** An answer that nobody waits for any more is stored all the same. */
  private keepLate(sending: Promise<ReceivedAnswer>, use: TokenUse): void {
    const storing = sending.then(async ({ answer }) => {
      const judged = decideRefreshOutcome(answer.status, answer.body, null);
      if (judged.kind === 'refreshed')
        await (
          await this.keep(use, answer, judged.tokens.refreshToken)
        ).written;
    });
    storing.catch(() => undefined); // No answer at all is what was written down already.
  }

  private doubt(attempt: AttemptOn, { request }: TokenUse, cause: unknown): Promise<AttemptEnd> {
    this.log.nativeRefreshInDoubt({ app: request.app.name }, cause);
    return this.conclusion({ kind: 'unknown', cause }, () => this.nativeRefreshRows.markInDoubt(attempt));
  }

  private giveUp(attempt: AttemptOn, { isKnown }: Place, outcome: UseOutcome): Promise<AttemptEnd> {
    return this.conclusion(outcome, () => this.nativeRefreshRows.giveUp(attempt, isKnown));
  }

  /** Written down before it is told, if that takes no long: whoever comes next finds the token as it was told. */
  private async conclusion(outcome: UseOutcome, write: () => Promise<void>): Promise<AttemptEnd> {
    const written = this.persist(write);
    await withinTime(CONCLUDING_MS, written, undefined);
    return { outcome, written };
  }

  /** Writes until the database takes it; at the end of the process it must look as if the answer were lost. */
  private async persist(write: () => Promise<void>): Promise<void> {
    for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        await write();
        return;
      } catch (error) {
        this.log.databaseTrouble(error);
        if (this.shutdown.signal.aborted) return;
        await pause(pauseMs, this.shutdown.signal);
      }
    }
  }
}

const lostPlace: AttemptEnd = { outcome: undefined, written: Promise.resolve() };

function sentProofOf({ proof: { jti, nonce } }: TokenUse): SentProof {
  return { jti: digestOf(jti), nonce: nonce === undefined ? null : digestOf(nonce) };
}
