import { Injectable } from '@nestjs/common';
import type { Did } from '../../database/tables/did.ts';
import { Log } from '../../observability/log/log.ts';
import { runConcurrently } from '../../waiting/run-concurrently.ts';
import { HandleVerifier } from '../resolution/handle-verifier.service.ts';
import { AccountHandleRepository } from './account-handle.repository.ts';

/** Checks that run at a time for the background, and for callers. A slow handle holds one of them for 10 s. */
const LANES = 8;
const MOST_CHECKS = 64;

/** Checks per statement. A batch ends with its slowest check. */
const BATCH = 64;

/** Checks handles and stores what they found. One check per account runs at a time in this process. */
@Injectable()
export class HandleChecks {
  /** How often an account was found to have the handle of another one, in this process. */
  takeovers = 0;
  private readonly underWay = new Map<Did, Promise<void>>();

  constructor(
    private readonly handleVerifier: HandleVerifier,
    private readonly accountHandleRows: AccountHandleRepository,
    private readonly log: Log,
  ) {}

  /** Checks the handle of an account. Does nothing if too many checks run. Never rejects. */
  check(did: Did): Promise<void> {
    const running = this.underWay.get(did);
    if (running) return running;
    if (this.underWay.size >= MOST_CHECKS) return Promise.resolve();
    const check = this.checkAndStore(did)
      .catch((error: unknown) => {
        this.log.backgroundFailed(error);
      })
      .finally(() => this.underWay.delete(did));
    this.underWay.set(did, check);
    return check;
  }

  /** Runs all checks that are due. Instances share them. */
  async run(signal?: AbortSignal): Promise<void> {
    while (!signal?.aborted) {
      const due = await this.accountHandleRows.claimDue(BATCH);
      await runConcurrently(due, LANES, did => (signal?.aborted ? Promise.resolve() : this.check(did)));
      if (due.length < BATCH) return;
    }
  }

  private async checkAndStore(did: Did): Promise<void> {
    const startedAt = await this.accountHandleRows.readNow();
    const handle = await this.handleVerifier.verify(did).catch(() => undefined);
    if (handle === undefined) await this.accountHandleRows.postpone(did);
    else if (await this.accountHandleRows.store(did, handle, startedAt)) this.takeovers += 1;
  }
}
