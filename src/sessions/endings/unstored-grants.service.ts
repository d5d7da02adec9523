import { Injectable } from '@nestjs/common';
import { SealedBox } from '../../crypto/sealed-box.ts';
import type { SessionPurpose } from '../../database/tables/oauth-session.ts';
import { Log } from '../../observability/log/log.ts';
import { Deliveries } from '../../single-use/spool/deliveries.ts';
import { Spool } from '../../single-use/spool/spool.ts';
import { SpoolDisk } from '../../single-use/spool/spool-disk.service.ts';
import { SpoolDrain } from '../../single-use/spool-drain.service.ts';
import { Shutdown } from '../../waiting/shutdown.service.ts';
import type { NewGrant } from '../stored/new-grant.ts';
import { SessionRepository } from '../stored/session.repository.ts';

/** A grant that may have no row, and that nothing can adopt any more. */
type UnstoredGrant = NewGrant & { readonly purpose: SessionPurpose };

/**
 * Stores grants that no flow uses as sessions to revoke, however long the database is away. They wait in the spool, so
 * that a crash leaves no live grant without a row.
 */
@Injectable()
export class UnstoredGrants extends Deliveries<UnstoredGrant, void> {
  constructor(
    private readonly sessionRows: SessionRepository,
    spoolDrain: SpoolDrain,
    spoolDisk: SpoolDisk,
    box: SealedBox,
    shutdown: Shutdown,
    log: Log,
  ) {
    super(new Spool(spoolDisk, box, { suffix: '.grant', idOf: ({ id }) => id }), shutdown, log);
    spoolDrain.register({
      replay: directory => this.replay(directory),
      listAnswers: directory => this.listSpooled(directory),
      isDelivering: () => this.isDelivering,
      listUnanswered: () => Promise.resolve([]),
    });
  }

  /** Safe to repeat: a COMMIT in doubt may have stored the row. */
  protected async storeOnce({ id, grant, purpose }: UnstoredGrant): Promise<void> {
    // A grant that was on disk has its date as text.
    const accessExpiresAt = new Date(grant.accessExpiresAt);
    await this.sessionRows.insertUnheld({ id, grant: { ...grant, accessExpiresAt } }, purpose);
    await this.sessionRows.markRevoking(id);
  }

  protected reportTrouble({ grant: { did } }: UnstoredGrant, error: unknown): void {
    this.log.discardFailed({ did }, error);
  }
}
