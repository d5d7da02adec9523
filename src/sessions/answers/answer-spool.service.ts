import { Injectable } from '@nestjs/common';
import type { JWK } from 'jose';
import { SealedBox } from '../../crypto/sealed-box.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import type { RefreshedTokens } from '../../oauth/refresh/token-answer.ts';
import type { AttemptKey } from '../stored/session.ts';
import { Spool } from '../../single-use/spool/spool.ts';
import { SpoolDisk } from '../../single-use/spool/spool-disk.service.ts';

/** An answer that is not in the database yet, with all that storing it or revoking it needs. */
export type SpooledAnswer = AttemptKey & {
  readonly issuer: string;
  readonly clientId: string;
  readonly kid: string | null;
  readonly dpopKey: JWK;
  readonly tokens: RefreshedTokens;
  readonly pds: string;
  /** When the request was sent, by the database's clock. */
  readonly sentAt: string;
};

/** The answers of sessions on disk. */
@Injectable()
export class AnswerSpool extends Spool<SpooledAnswer> {
  constructor(spoolDisk: SpoolDisk, box: SealedBox, metrics: Metrics) {
    super(
      spoolDisk,
      box,
      // Files of older versions are named by the attempt alone.
      { suffix: '.answer', idOf: ({ sessionId, attemptId }) => `${sessionId}.${attemptId}` },
    );
    const help = 'Answers on disk that are not in the database yet';
    metrics.measure({ name: 'latchkey_spooled_answers', help }, async () => (await this.list()).length);
    const stuckHelp = 'Answers on disk that the broker cannot store, and that wait for the operator';
    metrics.measure({ name: 'latchkey_stuck_answers', help: stuckHelp }, () =>
      Promise.resolve(this.files.stuck),
    );
  }
}
