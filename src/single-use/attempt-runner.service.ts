import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { AttemptId } from '../database/tables/id.ts';
import { Instances } from '../leases/instances/instances.service.ts';
import { stopwatch } from '../waiting/stopwatch.ts';
import { withinTime } from '../waiting/within-time.ts';
import type { AttemptRows } from './attempt-rows.ts';
import { AttemptSightings } from './attempt-sightings.service.ts';
import { FailPoints } from './fail-points.service.ts';
import { PersistentWrites } from './persistent-writes.service.ts';
import { SpoolDisk } from './spool/spool-disk.service.ts';
import type { Failure, OutcomeKind, TokenUse, Verdict } from './token-use.ts';

/**
 * How long an attempt waits for an answer. No request is valid for as long. The answer may still come while the connection
 * lasts, and until then the attempt is not in doubt.
 */
const ANSWER_TIME_LIMIT_MS = 10 * 60_000;

/** A process that paused for longer between signing and sending may have been superseded in the meantime. */
const LONGEST_HESITATION_MS = 5_000;

/** How long a request travels before the fail point `after_bytes` calls it sent. */
const TIME_ON_THE_WIRE_MS = 500;

type Kinded = { readonly kind: OutcomeKind };

type Named = { readonly attemptId: AttemptId };

/** How an attempt ended. `written` settles when its verdict is stored, and never rejects. */
export type AttemptEnd<Outcome> =
  /** The claim failed: another attempt has the token. */
  | { readonly kind: 'busy' }
  /** The commit failed: another attempt got the token meanwhile. Nothing was sent. */
  | { readonly kind: 'superseded' }
  | {
      readonly kind: 'settled';
      readonly outcome: Outcome | Failure;
      readonly written: Promise<void>;
    };

/** Runs attempts: claim, sign, commit, transmit once, keep the answer, settle. */
@Injectable()
export class AttemptRunner {
  /** The attempts that were sent and are not concluded. */
  private readonly running = new Set<AttemptId>();
  /** The attempts whose answers may still come, although nothing waits for them any more. */
  private readonly late = new Map<AttemptId, Promise<unknown>>();

  constructor(
    private readonly instances: Instances,
    private readonly failPoints: FailPoints,
    private readonly persistentWrites: PersistentWrites,
    private readonly attemptSightings: AttemptSightings,
    private readonly spoolDisk: SpoolDisk,
  ) {}

  /** The owner of the attempts of this process. */
  get owner(): string {
    return this.instances.self;
  }

  /** Returns whether an answer to an attempt of this process may still come, although the attempt has ended. */
  isListening(id: AttemptId): boolean {
    return this.late.has(id);
  }

  /** Returns whether this process has sent an attempt and not concluded it. */
  isRunning(id: AttemptId): boolean {
    return this.running.has(id) || this.late.has(id);
  }

  /** Runs one attempt. Resolves when its outcome is settled. */
  async run<Claim extends Named, Signed, Outcome extends Kinded>(
    rows: AttemptRows<Claim>,
    claim: Claim,
    use: TokenUse<Signed, Outcome>,
  ): Promise<AttemptEnd<Outcome>> {
    if (!(await rows.claim(claim))) return { kind: 'busy' };
    const end = this.runClaimed(rows, claim, use);
    const conclude = (): void => {
      this.running.delete(claim.attemptId);
    };
    end.then(ended => (ended.kind === 'settled' ? ended.written : undefined)).then(conclude, conclude);
    return end;
  }

  private async runClaimed<Claim extends Named, Signed, Outcome extends Kinded>(
    rows: AttemptRows<Claim>,
    claim: Claim,
    use: TokenUse<Signed, Outcome>,
  ): Promise<AttemptEnd<Outcome>> {
    let outcome: Outcome | Failure;
    let isSent = false;
    let release = (): void => undefined;
    try {
      await this.failPoints.at('after_intent');
      let signatures = 0;
      let sentAt: Date | undefined;
      do {
        const signed = await use.sign();
        const lateness = stopwatch();
        release = await this.spoolDisk.reserve();
        sentAt = await this.commit(rows, claim, sentAt);
        if (!sentAt) {
          release();
          return { kind: 'superseded' };
        }
        this.attemptSightings.note({ id: claim.attemptId, sentAt });
        this.running.add(claim.attemptId);
        use.noteCommit(sentAt);
        await this.failPoints.at('before_send');
        if (lateness() > LONGEST_HESITATION_MS) throw new Error('Too late to send what was signed.');
        isSent = true;
        outcome = await this.send(use, signed, { id: claim.attemptId, sentAt }, release);
        isSent = outcome.kind !== 'sign-again';
        signatures++;
      } while (outcome.kind === 'sign-again' && signatures < use.mostSignatures);
    } catch (cause) {
      // What was sent gives its room back once its answer is kept.
      if (!isSent) release();
      outcome = { kind: isSent ? 'unknown' : 'not-sent', cause };
    }
    const verdict = await use.settle(outcome);
    return { kind: 'settled', outcome, written: this.write(rows, claim, verdict) };
  }

  /**
   * Commits to one transmission. If the confirmation of the commit was lost, the row tells.
   *
   * @param previous the time of this attempt's last commit: a row that still has it tells of that one
   * @throws what kept the commit from being confirmed: nothing may be sent
   */
  private async commit<Claim extends Named>(
    rows: AttemptRows<Claim>,
    claim: Claim,
    previous: Date | undefined,
  ): Promise<Date | undefined> {
    try {
      return await rows.commit(claim);
    } catch (cause) {
      const attempt = await rows.findAttempt(claim);
      if (attempt?.id === claim.attemptId && attempt.state === 'sent' && isAnother(attempt.sentAt, previous))
        return attempt.sentAt;
      // The commit may still come through. Giving the attempt up rules that out.
      throw new Error('The commit to send was not confirmed.', { cause });
    }
  }

  /** A time limit ends the waiting, not the request: a late answer is kept too. */
  private async send<Signed, Outcome extends Kinded>(
    use: TokenUse<Signed, Outcome>,
    signed: Signed,
    { id, sentAt }: { readonly id: AttemptId; readonly sentAt: Date },
    release: () => void,
  ): Promise<Outcome | Failure> {
    const transmission = use.transmit(signed);
    const onTheWire = this.failPoints.isArmed('after_bytes') ? this.failAfterBytes(transmission) : undefined;
    const keep = async (): Promise<Outcome> => {
      const outcome = await transmission;
      if (outcome.kind === 'sign-again') return outcome;
      try {
        await this.failPoints.at('after_answer');
        if (outcome.kind === 'refreshed') await this.failPoints.at('before_write');
      } finally {
        // The answer comes only once, so no failure may keep it from being stored.
        await use.keep(outcome, signed, sentAt);
      }
      return outcome;
    };
    const kept = Promise.allSettled([onTheWire]).then(keep);
    kept.then(release, release); // A late answer has no caller any more.
    const answered = transmission.then(() => true);
    if (!(await withinTime(ANSWER_TIME_LIMIT_MS, answered, false))) {
      this.late.set(
        id,
        Promise.allSettled([kept]).finally(() => this.late.delete(id)),
      );
      return { kind: 'unknown', cause: new Error('The issuer has not answered.') };
    }
    const outcome = await kept;
    await onTheWire;
    return outcome;
  }

  /** Skips a request that the issuer only answers with a nonce: such a request does not reach the token. */
  private async failAfterBytes(transmission: Promise<Kinded>): Promise<void> {
    const outcome = await Promise.race([transmission, delay(TIME_ON_THE_WIRE_MS, undefined)]);
    if (outcome?.kind !== 'sign-again') await this.failPoints.at('after_bytes');
  }

  private async write<Claim extends Named>(
    rows: AttemptRows<Claim>,
    claim: Claim,
    verdict: Verdict,
  ): Promise<void> {
    if (verdict.kind === 'concluded') return;
    const late = this.late.get(claim.attemptId);
    if (late) {
      // The write of a late answer leaves this one without effect.
      void late.then(() => this.conclude(rows, claim, verdict));
      return;
    }
    await this.conclude(rows, claim, verdict);
  }

  private async conclude<Claim>(
    rows: AttemptRows<Claim>,
    claim: Claim,
    verdict: Exclude<Verdict, { kind: 'concluded' }>,
  ): Promise<void> {
    const write = (): Promise<unknown> =>
      verdict.kind === 'in-doubt'
        ? rows.markInDoubt(claim)
        : rows.giveUp(claim, verdict.retryAfterSeconds, verdict.mayBeSpent ?? false);
    // Abandoned at shutdown, the attempt looks as if its answer were lost. That is safe.
    await this.persistentWrites.untilWritten(write).catch(() => undefined);
  }
}

/** Not "after": the database's clock may have been set back. Two commits in one millisecond count as one, which is safe. */
function isAnother(sentAt: Date | null, previous: Date | undefined): sentAt is Date {
  return sentAt !== null && sentAt.getTime() !== previous?.getTime();
}
