import { Injectable } from '@nestjs/common';
import type { AuditSource } from '../../audit/audit-event.ts';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { Database } from '../../database/connection/database.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { InstanceRepository } from './instance.repository.ts';
import { Instances, SILENT_AFTER_MS } from './instances.service.ts';

/** Lets the operator declare that a process will not return with its answers. */
@Injectable()
export class InstanceGiveUp {
  constructor(
    private readonly database: Database,
    private readonly instanceRows: InstanceRepository,
    private readonly instances: Instances,
    private readonly auditLog: AuditLog,
  ) {}

  /**
   * Gives up a process, so that its tokens in doubt may be sent again. Giving it up twice is the same as once.
   *
   * @throws BrokerError `NotFound`; `InstanceRunning` if it wrote a heartbeat within 90 s
   */
  async giveUp(spoolId: string, by: AuditSource): Promise<void> {
    const { owner, givenUpAt } = await this.instances.get(spoolId);
    if (givenUpAt || (await this.markGivenUp(owner, by))) return;
    // Another request may have given it up meanwhile.
    if ((await this.instances.get(spoolId)).givenUpAt) return;
    throw new BrokerError(
      'InstanceRunning',
      'This instance runs: it was seen within the last 90 seconds. Stop it first, then wait for 90 seconds.',
    );
  }

  /** Returns whether this call gave the process up. */
  private async markGivenUp(owner: string, by: AuditSource): Promise<boolean> {
    if (owner === this.instances.self) return false;
    return this.database.transact(async transaction => {
      if (!(await this.instanceRows.giveUp(owner, SILENT_AFTER_MS / 1000, transaction))) return false;
      const target = { kind: 'instance', id: owner } as const;
      await this.auditLog.record({ ...by, action: 'instance.given-up', target }, transaction);
      return true;
    });
  }
}
