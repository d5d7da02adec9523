import { Injectable } from '@nestjs/common';
import { toTimestamp } from '../../database/tables/timestamp.ts';
import { decideRefreshFailure } from '../../oauth/refresh/refresh-outcome.ts';
import { Log } from '../../observability/log/log.ts';
import type { TokenUse } from '../../single-use/token-use.ts';
import { UnreadAnswers } from '../../single-use/spool/unread-answers.service.ts';
import { Fingerprints } from '../tokens/fingerprints.service.ts';
import type { NativeClaim } from '../tokens/native-attempt.repository.ts';
import { NativeTokens } from '../tokens/native-tokens.service.ts';
import { IssuerRequests, type SignedRequest } from './issuer-requests.service.ts';
import { NativeAnswers } from './native-answers.service.ts';
import { decideOutcome, type NativeOutcome, type NativeUse, sentProofOf } from './native-use.ts';

/** `stored` settles when the answer, if there is one, is stored. An answer may be safe on disk before that. */
export type NativeTokenUse = TokenUse<SignedRequest, NativeOutcome> & { stored: Promise<unknown> };

/** Builds the uses of native apps' refresh tokens. */
@Injectable()
export class NativeTokenUses {
  constructor(
    private readonly issuerRequests: IssuerRequests,
    private readonly nativeAnswers: NativeAnswers,
    private readonly unreadAnswers: UnreadAnswers,
    private readonly fingerprints: Fingerprints,
    private readonly nativeTokens: NativeTokens,
    private readonly log: Log,
  ) {}

  toUse(use: NativeUse, { attemptId, owner }: Pick<NativeClaim, 'attemptId' | 'owner'>): NativeTokenUse {
    const { fingerprint, binding, request } = use;
    const tokenUse: NativeTokenUse = {
      stored: Promise.resolve(),
      // Only the app can sign again.
      mostSignatures: 1,
      sign: () => this.issuerRequests.sign(request),
      noteCommit: sentAt => {
        const sending = { attemptId, owner, sentAt: toTimestamp(sentAt), binding };
        this.nativeTokens.noteSending(fingerprint, sending);
      },
      transmit: signed => this.issuerRequests.sendToken(signed).then(decideOutcome, decideRefreshFailure),
      keep: async outcome => {
        if (outcome.kind === 'unknown' && outcome.unread)
          await this.unreadAnswers.keep(fingerprint.id, outcome.unread);
        if (outcome.kind !== 'refreshed') return;
        const { answer, refreshToken } = outcome;
        const next =
          refreshToken === null ? null : this.fingerprints.ofRefreshToken(binding.issuer, refreshToken);
        const sent = sentProofOf(use);
        const delivered = this.nativeAnswers.deliver({ fingerprint, binding, answer, sent, next });
        tokenUse.stored = delivered.stored;
        await delivered.safe;
      },
      settle: outcome => {
        if (outcome.kind === 'refreshed') return { kind: 'concluded' };
        if (outcome.kind !== 'unknown') {
          this.nativeTokens.noteEnd(fingerprint);
          return { kind: 'give-up', retryAfterSeconds: 0 };
        }
        this.log.nativeRefreshInDoubt({ app: request.app.name }, outcome.cause);
        return { kind: 'in-doubt' };
      },
    };
    return tokenUse;
  }
}
