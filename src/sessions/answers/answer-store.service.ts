import { Injectable } from '@nestjs/common';
import { SessionId } from '../../database/tables/id.ts';
import { Log } from '../../observability/log/log.ts';
import { Deliveries } from '../../single-use/spool/deliveries.ts';
import { Shutdown } from '../../waiting/shutdown.service.ts';
import { SessionCache } from '../stored/session.cache.ts';
import { SessionRepository, type StoredSession } from '../stored/session.repository.ts';
import { decideAnswerPlace } from './answer-place.ts';
import { AnswerSpool, type SpooledAnswer } from './answer-spool.service.ts';
import { AnswerRepository, generationAfter } from './answer.repository.ts';
import { Reauthentication } from './reauthentication.service.ts';
import { decideTokenFlaw, toRefreshedGrant } from './refreshed-grant.ts';

/** How often a session may change between the read and the write of one storing. */
const MOST_CHANGES = 5;

/** How storing an answer ended. `superseded`: its session was ended or reconnected meanwhile. */
export type StoringResult = 'stored' | 'superseded';

/** Stores the answers of sessions, however long the database is away. Nobody is asked about an answer before it is stored. */
@Injectable()
export class AnswerStore extends Deliveries<SpooledAnswer, StoringResult> {
  constructor(
    private readonly answerRows: AnswerRepository,
    private readonly sessionRows: SessionRepository,
    private readonly sessionCache: SessionCache,
    private readonly reauthentication: Reauthentication,
    answerSpool: AnswerSpool,
    shutdown: Shutdown,
    log: Log,
  ) {
    super(answerSpool, shutdown, log);
  }

  /**
   * Stores an answer in its session. If the session was ended or reconnected meanwhile, the answer becomes a grant of its
   * own, which the sweeper revokes.
   */
  protected async storeOnce(answer: SpooledAnswer): Promise<StoringResult> {
    for (let changes = 0; changes < MOST_CHANGES; changes++) {
      const session = await this.sessionRows.findSession(answer.sessionId);
      if (!session) throw new Error(`The database has no session ${answer.sessionId}.`);
      const place = decideAnswerPlace(session, answer);
      if (place === 'stored') return 'stored';
      if (place === 'superseded') {
        await this.putAside(answer, session);
        return 'superseded';
      }
      if (await this.storeIn(session, answer)) return 'stored';
    }
    throw new Error(`The session ${answer.sessionId} changes too often.`);
  }

  protected reportTrouble({ sessionId }: SpooledAnswer, error: unknown): void {
    this.log.answerNotStored({ sessionId }, error);
  }

  /** Returns false if the session changed since it was read. */
  private async storeIn(session: StoredSession, answer: SpooledAnswer): Promise<boolean> {
    const { id, did, status, secrets } = session;
    if (!secrets) return false;
    const { tokens, pds, sentAt } = answer;
    const grant = toRefreshedGrant(session, secrets, { tokens, pds, sentAt: new Date(sentAt) });
    const flaw = decideTokenFlaw(tokens, session);
    if (!(await this.answerRows.storeAnswer(answer.generation, session, { ...grant, flaw }))) return false;
    this.sessionCache.supersede({
      ...session,
      ...grant,
      secrets: grant,
      status: flaw === null ? 'active' : 'needs_reauth',
      reason: flaw,
      generation: generationAfter(answer.generation, session),
    });
    if (flaw !== null) await this.reauthentication.announce({ id, did }, flaw);
    else if (status !== 'active') this.log.sessionRecovered({ did, sessionId: id });
    return true;
  }

  /** The id of the attempt becomes that of the grant, so that a repeated storing finds it. */
  private async putAside(answer: SpooledAnswer, { did, scope, purpose }: StoredSession): Promise<void> {
    const { tokens, sentAt, attemptId, ...grant } = answer;
    const { accessToken, refreshToken } = tokens;
    await this.answerRows.insertRevoking(
      { ...grant, did, scope, accessToken, refreshToken, accessExpiresAt: new Date(sentAt) },
      { id: SessionId.parse(attemptId), purpose },
    );
  }
}
