import { Injectable } from '@nestjs/common';
import { SpoolDrain } from '../../single-use/spool-drain.service.ts';
import type { SpoolTenant, UnansweredAttempt } from '../../single-use/spool-tenant.ts';
import { NativeAnswers } from './native-answers.service.ts';
import { NativeAttemptRepository } from '../tokens/native-attempt.repository.ts';

/** The part of spools that belongs to native apps. */
@Injectable()
export class NativeSpool implements SpoolTenant {
  constructor(
    private readonly nativeAnswers: NativeAnswers,
    private readonly nativeAttemptRows: NativeAttemptRepository,
    spoolDrain: SpoolDrain,
  ) {
    spoolDrain.register(this);
  }

  replay(directory: string): Promise<unknown> {
    return this.nativeAnswers.replay(directory);
  }

  listAnswers(directory: string): Promise<string[]> {
    return this.nativeAnswers.listSpooled(directory);
  }

  isDelivering(): boolean {
    return this.nativeAnswers.isDelivering;
  }

  async listUnanswered(owner: string): Promise<UnansweredAttempt[]> {
    const attempts = await this.nativeAttemptRows.listUnanswered(owner);
    return attempts.map(({ sentAt, ...key }) => ({
      id: key.attemptId,
      sentAt,
      answerId: key.fingerprint.id,
      markInDoubt: () => this.nativeAttemptRows.markInDoubt(key),
    }));
  }
}
