import { Injectable } from '@nestjs/common';
import type { SessionReason } from '../../database/tables/oauth-session.ts';
import type { AttemptId, SessionId } from '../../database/tables/id.ts';
import type { RefreshOutcome } from '../../oauth/refresh/refresh-outcome.ts';
import type { Verdict } from '../../single-use/token-use.ts';
import { ProcessClock } from '../../waiting/process-clock.service.ts';
import { Streaks } from '../../waiting/streaks.ts';
import { TokenEvidence } from '../pds/token-evidence.service.ts';
import { endReasonOf } from '../stored/refresh-policy.ts';
import { databaseTime, type LiveSession } from '../stored/session.cache.ts';
import { backOffSeconds } from './back-off.ts';
import { IssuerBackOff } from './issuer-back-off.service.ts';
import { Reauthentication } from '../answers/reauthentication.service.ts';

/** An issuer must refuse this often, and for this long, what the PDS cannot confirm or what it refuses in other words. */
const REFUSALS_BEFORE_ENDED = 3;
const REFUSED_FOR_MS = 60_000;

const MOST_REFUSED = 10_000;

/** The pause after a refusal that counts, in seconds. Three of them take more than a minute and less than two. */
const COUNTED_PAUSE = { least: 31, most: 45 };

/** A response of an issuer that refuses a grant. */
type GrantRefusal = Extract<RefreshOutcome, { kind: 'invalid-grant' | 'rejected' }>;

/** Decides whether an issuer that refuses a grant has ended it. */
@Injectable()
export class GrantRefusals {
  /** The refusals of each generation in a row, in this process. A lost count only gives the session more tries. */
  private readonly refusals = new Streaks<SessionId>(MOST_REFUSED);

  constructor(
    private readonly tokenEvidence: TokenEvidence,
    private readonly reauthentication: Reauthentication,
    private readonly issuerBackOff: IssuerBackOff,
    private readonly processClock: ProcessClock,
  ) {}

  /**
   * Settles a refusal. Issuers send `invalid_grant` also for requests whose token they did not read, and some report the
   * end of a grant in other words. So the grant is over only if the PDS refuses the access token too: at once with
   * `invalid_grant` before that token expires, else if the issuer repeats itself. After a refusal the same refresh token
   * can be sent again safely.
   */
  async settle(session: LiveSession, attemptId: AttemptId, refusal: GrantRefusal): Promise<Verdict> {
    const { evidence } = await this.tokenEvidence.find(session);
    const isDead = evidence === 'refused' || evidence === 'refused-after-expiry';
    if (!isDead || (refusal.kind === 'rejected' && !refusal.isOfEndpoint)) {
      if (evidence === 'accepted') this.refusals.forget(session.id);
      this.issuerBackOff.noteFailure(session.issuer);
      return giveUp(backOffSeconds(session.failures));
    }
    const isProof = refusal.kind === 'invalid-grant' && evidence === 'refused';
    if (!isProof && !this.isRepeated(session)) return giveUp(countedPause());
    await this.reauthentication.require(session, attemptId, endOf(session));
    this.refusals.forget(session.id);
    return { kind: 'concluded' };
  }

  private isRepeated({ id, generation }: LiveSession): boolean {
    const { times, forMs } = this.refusals.note(id, generation, this.processClock.monotonic());
    return times >= REFUSALS_BEFORE_ENDED && forMs >= REFUSED_FOR_MS;
  }

  /** Forgets the refusals of a session whose refresh succeeded. */
  forget(id: SessionId): void {
    this.refusals.forget(id);
  }
}

function countedPause(random = Math.random): number {
  const { least, most } = COUNTED_PAUSE;
  return least + random() * (most - least);
}

function giveUp(retryAfterSeconds: number): Verdict {
  return { kind: 'give-up', retryAfterSeconds };
}

/** A token that was sent again without proof was spent by the first request, whose answer is lost. */
function endOf(session: LiveSession): SessionReason {
  return session.resends > 0 ? 'response_lost' : endReasonOf(session, databaseTime(session));
}
