import { Injectable } from '@nestjs/common';
import { SpoolDrain } from '../../single-use/spool-drain.service.ts';
import type { SpoolTenant, UnansweredAttempt } from '../../single-use/spool-tenant.ts';
import { AnswerStore } from '../answers/answer-store.service.ts';
import { AttemptRepository } from './attempt.repository.ts';

/** The part of spools that belongs to sessions. */
@Injectable()
export class SessionSpool implements SpoolTenant {
  constructor(
    private readonly answerStore: AnswerStore,
    private readonly attemptRows: AttemptRepository,
    spoolDrain: SpoolDrain,
  ) {
    spoolDrain.register(this);
  }

  replay(directory: string): Promise<unknown> {
    return this.answerStore.replay(directory);
  }

  listAnswers(directory: string): Promise<string[]> {
    return this.answerStore.listSpooled(directory);
  }

  isDelivering(): boolean {
    return this.answerStore.isDelivering;
  }

  async listUnanswered(owner: string): Promise<UnansweredAttempt[]> {
    const attempts = await this.attemptRows.listUnanswered(owner);
    return attempts.map(({ sentAt, ...key }) => ({
      id: key.attemptId,
      sentAt,
      answerId: key.attemptId,
      markInDoubt: () => this.attemptRows.markInDoubt(key),
    }));
  }
}
