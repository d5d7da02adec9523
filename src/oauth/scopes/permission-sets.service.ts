import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { Lexicons } from '../../identity/resolution/lexicons.service.ts';
import { Log } from '../../observability/log/log.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import { includedSets, readPermissionSet } from './permission-set.ts';
import { PermissionSetFile } from './permission-set-file.ts';
import { PermissionSetRepository } from './permission-set.repository.ts';
import type { KnownSets, PermissionSet } from './scopes.ts';

const MINUTE_MS = 60_000;

/** After this long a set is read again; until that succeeds, the copy goes on being used. */
const FRESH_MS = 24 * 60 * MINUTE_MS;

/** How long one look at an authority may take. */
const PATIENCE_MS = 30_000;

const FIRST_PAUSE_MS = MINUTE_MS;
const LONGEST_PAUSE_MS = 60 * MINUTE_MS;

/** What is known of a set, and when to look again, by this process's monotonic clock. */
type Entry = { set: PermissionSet | undefined; lookAt: number; failures: number };

/**
 * The permission sets that the configured scope includes: from the operator's file, or as their authorities published
 * them. Nobody waits for one: what is not known yet, or not any more, is looked for beside, one look at a time for each,
 * and its last good copy outlives the process.
 */
@Injectable()
export class PermissionSets implements KnownSets, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly entries: ReadonlyMap<string, Entry>;
  private readonly looks = new Set<string>();
  private readonly closing = new AbortController();

  constructor(
    { scopeParts }: Config,
    private readonly file: PermissionSetFile,
    private readonly permissionSetRows: PermissionSetRepository,
    private readonly lexicons: Lexicons,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    const looked = includedSets(scopeParts).filter(nsid => !file.get(nsid));
    this.entries = new Map(looked.map(nsid => [nsid, { set: undefined, lookAt: 0, failures: 0 }]));
  }

  onApplicationBootstrap(): void {
    for (const nsid of this.entries.keys()) this.get(nsid);
  }

  beforeApplicationShutdown(): void {
    this.closing.abort();
  }

  /** Returns a set as it is known at this moment; of those that the configuration does not name nothing ever is. */
  get(nsid: string): PermissionSet | undefined {
    const entry = this.entries.get(nsid);
    if (!entry) return this.file.get(nsid);
    if (performance.now() >= entry.lookAt) void this.look(nsid, entry);
    return entry.set;
  }

  private async look(nsid: string, entry: Entry): Promise<void> {
    if (this.looks.has(nsid)) return;
    this.looks.add(nsid);
    try {
      const freshForMs = (await this.recall(nsid, entry)) ?? (await this.renew(nsid, entry));
      Object.assign(entry, { lookAt: performance.now() + freshForMs, failures: 0 });
    } catch (error) {
      if (this.closing.signal.aborted) return;
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** entry.failures, LONGEST_PAUSE_MS);
      Object.assign(entry, { lookAt: performance.now() + pauseMs, failures: entry.failures + 1 });
      this.metrics.scopes.permissionSetLookedFor('failed');
      this.log.permissionSetFailed({ nsid, isKnown: entry.set !== undefined }, error);
    } finally {
      this.looks.delete(nsid);
    }
  }

  /** Takes the stored copy, which another process may have renewed; answers for how long it is still fresh, if it is. */
  private async recall(nsid: string, entry: Entry): Promise<number | undefined> {
    const copy = await this.permissionSetRows.find(nsid).catch((error: unknown) => {
      this.log.permissionSetFailed({ nsid, isKnown: entry.set !== undefined }, error);
    });
    if (copy?.nsid !== nsid) return undefined;
    entry.set = copy.set;
    return copy.ageMs < FRESH_MS ? FRESH_MS - copy.ageMs : undefined;
  }

  /** Reads the set at its authority; answers for how long it is fresh. */
  private async renew(nsid: string, entry: Entry): Promise<number> {
    const signal = AbortSignal.any([this.closing.signal, AbortSignal.timeout(PATIENCE_MS)]);
    const named = readPermissionSet(await this.lexicons.resolve(nsid, signal));
    if (named.nsid !== nsid)
      throw new Error(`The lexicon ${named.nsid} was answered in the place of ${nsid}.`);
    entry.set = named.set;
    this.metrics.scopes.permissionSetLookedFor('resolved');
    this.log.permissionSetResolved({ nsid, permissions: named.set.permissions.length });
    await this.permissionSetRows.store(named);
    return FRESH_MS;
  }
}
