import { Injectable } from '@nestjs/common';
import { toTimestamp } from '../../database/tables/timestamp.ts';
import { Log } from '../../observability/log/log.ts';
import type { RefreshOutcome } from '../../oauth/refresh/refresh-outcome.ts';
import {
  type RefreshPlan,
  type SignedRefresh,
  TokenRefresh,
} from '../../oauth/refresh/token-refresh.service.ts';
import type { TokenUse } from '../../single-use/token-use.ts';
import { UnreadAnswers } from '../../single-use/spool/unread-answers.service.ts';
import type { LiveSession } from '../stored/session.cache.ts';
import { SessionMarks } from '../stored/session-marks.service.ts';
import type { AttemptKey } from '../stored/session.ts';
import { AnswerStore } from '../answers/answer-store.service.ts';
import { RefreshSettlement, toFinal } from './refresh-settlement.service.ts';

/** How often the issuer may ask to sign again, for a nonce or a clock, before that counts as a refusal. */
const MOST_SIGNATURES = 3;

/** Builds the uses of sessions' refresh tokens. */
@Injectable()
export class SessionTokenUses {
  constructor(
    private readonly tokenRefresh: TokenRefresh,
    private readonly answerStore: AnswerStore,
    private readonly unreadAnswers: UnreadAnswers,
    private readonly refreshSettlement: RefreshSettlement,
    private readonly sessionMarks: SessionMarks,
    private readonly log: Log,
  ) {}

  toUse(
    session: LiveSession,
    { owner, ...key }: AttemptKey & { readonly owner: string },
  ): TokenUse<SignedRefresh, RefreshOutcome> {
    const { refreshToken } = session.secrets;
    let plan: Promise<RefreshPlan> | undefined;
    return {
      mostSignatures: MOST_SIGNATURES,
      sign: async () => {
        plan ??= this.tokenRefresh.plan(session);
        return this.tokenRefresh.sign(await plan, { refreshToken, signer: session.signer });
      },
      noteCommit: sentAt => {
        const { generation, attemptId } = key;
        const sending = {
          generation,
          attemptId,
          owner,
          sentAt: toTimestamp(sentAt),
          failures: session.failures,
        };
        this.sessionMarks.noteSending(session.id, sending);
      },
      transmit: signed => this.tokenRefresh.transmit(signed),
      keep: async (outcome, { plan: { pds } }, sentAt) => {
        if (outcome.kind === 'unknown' && outcome.unread)
          await this.unreadAnswers.keep(`${key.sessionId}.${key.attemptId}`, outcome.unread);
        if (outcome.kind !== 'refreshed') return;
        const delivered = this.answerStore.deliver({
          ...key,
          tokens: outcome.tokens,
          issuer: session.issuer,
          clientId: session.clientId,
          kid: session.kid,
          dpopKey: session.secrets.dpopKey,
          pds,
          sentAt: sentAt.toISOString(),
        });
        if ((await delivered.stored) === 'superseded')
          this.log.answerSuperseded({ sessionId: key.sessionId });
      },
      settle: outcome => this.refreshSettlement.settle(session, key.attemptId, toFinal(outcome)),
    };
  }
}
