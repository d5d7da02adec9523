import { Inject } from '@nestjs/common';
import { Grants } from '../../../src/oauth/refresh/grants.service.ts';
import { AnswerStore, type StoringResult } from '../../../src/sessions/answers/answer-store.service.ts';
import type { SpooledAnswer } from '../../../src/sessions/answers/answer-spool.service.ts';
import type { Replayed } from '../../../src/single-use/spool/spool-replay.ts';
import { SpoolProof } from '../../../src/single-use/spool/spool-proof.service.ts';
import { SpoolDrain } from '../../../src/single-use/spool-drain.service.ts';

/** The start waits until the spool is empty. */
export class WaitingDrain extends SpoolDrain {
  // eslint-disable-next-line @typescript-eslint/no-misused-promises -- Nest waits for it, which is the fault
  override async onApplicationBootstrap(): Promise<void> {
    super.onApplicationBootstrap();
    await this.drainNow();
  }
}

/** One file that cannot be read ends the replay, and the process. */
export class UnisolatedStore extends AnswerStore {
  override async replay(directory: string): Promise<Replayed> {
    for (const id of await this.listSpooled(directory)) {
      const answer = await this.spool.read(id, directory);
      if (answer) await this.storeOnce(answer);
      await this.spool.delete(id, directory);
    }
    return { stored: 0, left: 0 };
  }
}

/** Nobody looks whether the spool keeps what is written to it. */
export class UnprovenSpool extends SpoolProof {
  override onModuleInit(): Promise<void> {
    return Promise.resolve();
  }
}

type Parts = {
  readonly tenants: readonly { replay(directory: string): Promise<unknown> }[];
  readonly spoolDirectory: { readonly path: string };
};

/** As {@link WaitingDrain}, and an error of a replay is the start's. */
export class UnisolatedDrain extends SpoolDrain {
  // eslint-disable-next-line @typescript-eslint/no-misused-promises -- Nest waits for it, which is the fault
  override async onApplicationBootstrap(): Promise<void> {
    const { tenants, spoolDirectory } = this as unknown as Parts;
    for (const tenant of tenants) await tenant.replay(spoolDirectory.path);
    super.onApplicationBootstrap();
  }
}

/** A superseded answer is revoked at its issuer while it is being stored. */
export class RevokingStore extends AnswerStore {
  @Inject(Grants) readonly grants!: Grants;

  protected override async storeOnce(answer: SpooledAnswer): Promise<StoringResult> {
    const result = await super.storeOnce(answer);
    if (result === 'superseded') await this.grants.revoke({ ...answer, ...answer.tokens });
    return result;
  }
}
