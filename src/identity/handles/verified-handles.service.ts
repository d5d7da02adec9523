import { Injectable } from '@nestjs/common';
import { BoundedCache } from '../../caching/bounded-cache.ts';
import type { Did } from '../../database/tables/did.ts';
import { Log } from '../../observability/log/log.ts';
import { withinTime } from '../../waiting/within-time.ts';
import { isUseUnwritten, isWatched, type ReadAccountHandle, toldHandleOf } from './account-handle.ts';
import { AccountHandleRepository } from './account-handle.repository.ts';
import { HandleChecks } from './handle-checks.service.ts';

/** Another instance may verify a handle. As with keys, that is known here within five seconds. */
const CACHED_MS = 5_000;
const MOST_CACHED = 10_000;

/** How long a caller waits for a check. The check continues. */
const PATIENCE_MS = 2_000;

/**
 * The handles of accounts, each verified in both directions within the last hour: the DID document names the handle, and
 * the handle points to the DID. Handles that are asked for are checked in the background, others when they are asked for.
 */
@Injectable()
export class VerifiedHandles {
  private readonly found = new BoundedCache<Did, Promise<string | null>>(MOST_CACHED, { ttl: CACHED_MS });

  private takeovers = 0;

  constructor(
    private readonly accountHandleRows: AccountHandleRepository,
    private readonly handleChecks: HandleChecks,
    private readonly log: Log,
  ) {}

  /** Returns the account's handle, or null if none was verified within the last hour. Waits up to 2 s for a check. */
  find(did: Did): Promise<string | null> {
    this.forgetTaken();
    const known = this.found.get(did);
    if (known) return known;
    const finding = this.read(did).catch((error: unknown) => {
      this.log.databaseFailed(error);
      this.found.delete(did);
      return null;
    });
    this.found.set(did, finding);
    return finding;
  }

  /** Verifies the account's handle now, as when its owner signs in. Returns it like {@link find}. */
  async verify(did: Did): Promise<string | null> {
    await withinTime(PATIENCE_MS, this.handleChecks.check(did), undefined);
    this.found.delete(did);
    return this.find(did);
  }

  /** Returns the handles that are known of accounts, without a check. For lists. */
  async listKnown(dids: readonly Did[]): Promise<ReadonlyMap<Did, string | null>> {
    const rows = await this.accountHandleRows.list([...new Set(dids)]);
    return new Map([...rows].map(([did, row]) => [did, toldHandleOf(row)]));
  }

  /** Another account's handle may be one that was found here a moment ago. */
  private forgetTaken(): void {
    if (this.handleChecks.takeovers === this.takeovers) return;
    this.takeovers = this.handleChecks.takeovers;
    this.found.clear();
  }

  private async read(did: Did): Promise<string | null> {
    const known = await this.readRow(did);
    if (known && isUseUnwritten(known)) await this.accountHandleRows.noteUse(did);
    if (known && isWatched(known)) return toldHandleOf(known);
    await withinTime(PATIENCE_MS, this.handleChecks.check(did), undefined);
    const checked = await this.readRow(did);
    return checked ? toldHandleOf(checked) : null;
  }

  private async readRow(did: Did): Promise<ReadAccountHandle | undefined> {
    return (await this.accountHandleRows.list([did])).get(did);
  }
}
