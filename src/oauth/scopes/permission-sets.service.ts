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

/** A set is read again at this age. The old copy stays in use until that succeeds. */
const FRESH_MS = 24 * 60 * MINUTE_MS;

/** Time limit of one lookup at an authority. */
const PATIENCE_MS = 30_000;

const FIRST_PAUSE_MS = MINUTE_MS;
const LONGEST_PAUSE_MS = 60 * MINUTE_MS;

/** The known copy of a set, and the time of its next lookup by this process's monotonic clock, in milliseconds. */
type Entry = { set: PermissionSet | undefined; nextLookup: number; failures: number };

/**
 * The permission sets that the declared scope includes, from the operator's file or from their authorities. Callers
 * never wait for a lookup: it runs in the background, one at a time per set. The last good copy is stored.
 */
@Injectable()
export class PermissionSets implements KnownSets, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly entries: ReadonlyMap<string, Entry>;
  private readonly lookups = new Set<string>();
  private readonly closing = new AbortController();

  constructor(
    { declaredScope }: Config,
    private readonly file: PermissionSetFile,
    private readonly permissionSetRows: PermissionSetRepository,
    private readonly lexicons: Lexicons,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    const lookedUp = includedSets(declaredScope.split(' ')).filter(nsid => !file.get(nsid));
    this.entries = new Map(lookedUp.map(nsid => [nsid, { set: undefined, nextLookup: 0, failures: 0 }]));
  }

  onApplicationBootstrap(): void {
    for (const nsid of this.entries.keys()) this.get(nsid);
  }

  beforeApplicationShutdown(): void {
    this.closing.abort();
  }

  /** Returns the known copy of a set. Undefined if none is known yet, or if the configuration does not name the set. */
  get(nsid: string): PermissionSet | undefined {
    const entry = this.entries.get(nsid);
    if (!entry) return this.file.get(nsid);
    if (performance.now() >= entry.nextLookup) void this.lookUp(nsid, entry);
    return entry.set;
  }

  private async lookUp(nsid: string, entry: Entry): Promise<void> {
    if (this.lookups.has(nsid)) return;
    this.lookups.add(nsid);
    try {
      const freshForMs = (await this.loadStored(nsid, entry)) ?? (await this.fetchPublished(nsid, entry));
      Object.assign(entry, { nextLookup: performance.now() + freshForMs, failures: 0 });
    } catch (error) {
      if (this.closing.signal.aborted) return;
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** entry.failures, LONGEST_PAUSE_MS);
      Object.assign(entry, { nextLookup: performance.now() + pauseMs, failures: entry.failures + 1 });
      this.metrics.scopes.permissionSetLookedFor('failed');
      this.log.permissionSetFailed({ nsid, isKnown: entry.set !== undefined }, error);
    } finally {
      this.lookups.delete(nsid);
    }
  }

  /** Loads the stored copy, which another process may have renewed. Returns its remaining freshness in ms, if any. */
  private async loadStored(nsid: string, entry: Entry): Promise<number | undefined> {
    const copy = await this.permissionSetRows.find(nsid).catch((error: unknown) => {
      this.log.permissionSetFailed({ nsid, isKnown: entry.set !== undefined }, error);
    });
    if (copy?.nsid !== nsid) return undefined;
    entry.set = copy.set;
    return copy.ageMs < FRESH_MS ? FRESH_MS - copy.ageMs : undefined;
  }

  /** Fetches the set from its authority and stores it. Returns its freshness in ms. */
  private async fetchPublished(nsid: string, entry: Entry): Promise<number> {
    const signal = AbortSignal.any([this.closing.signal, AbortSignal.timeout(PATIENCE_MS)]);
    const named = readPermissionSet(await this.lexicons.resolve(nsid, signal));
    if (named.nsid !== nsid)
      throw new Error(`The authority of ${nsid} returned the lexicon ${named.nsid} instead.`);
    entry.set = named.set;
    this.metrics.scopes.permissionSetLookedFor('resolved');
    this.log.permissionSetResolved({ nsid, permissions: named.set.permissions.length });
    await this.permissionSetRows.store(named);
    return FRESH_MS;
  }
}
