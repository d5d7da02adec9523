import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { BoundedCache } from '../caching/bounded-cache.ts';
import type { RowBinding } from '../crypto/row-binding.ts';
import { SealedBox } from '../crypto/sealed-box.ts';
import { SpoolDirectory } from '../leases/spools/spool-directory.service.ts';
import { Degradations } from '../observability/degradations.ts';
import { Log } from '../observability/log/log.ts';
import { Metrics } from '../observability/metrics/metrics.ts';
import type { HighWaterFile, MarkKey, StoredMark } from './high-water-file.ts';
import { JournalFile } from './journal-file.ts';

/** The name of a journal, in the directory of a spool. */
export const JOURNAL = 'high-water.sqlite';

/** Writing is delayed this long, so that marks of one moment share a transaction, and no caller waits for one. */
const WRITE_AFTER_MS = 50;

const WRITE_AGAIN_MS = 5_000;

/** Marks per transaction: about 5 ms. */
const WRITTEN_AT_ONCE = 100;

/** Facts in memory, about 300 bytes each. They outlive a lost file. */
const FACTS_IN_MEMORY = 50_000;

/** Marks that wait for a file in trouble, about 4 kB each. The oldest is dropped first. */
const MOST_UNSAVED = 10_000;

/** How many marks of a kind the file keeps, about 4 kB each. The one that was noted first is dropped first. */
const MOST_MARKS = 100_000;

const RESEALED_AT_ONCE = 100;

/** Marks of another journal per turn of the event loop. */
const ADOPTED_AT_ONCE = 200;

type Facts = Readonly<Record<string, unknown>>;

/** Notes the mark of another journal if it is newer. `open` returns its content. */
export type Adopt = (mark: { readonly id: string; readonly facts: Facts }, open: () => unknown) => void;

/** A mark with its content in the clear, before it is written. */
type Unsaved = MarkKey & { readonly facts: Facts; readonly content: unknown; readonly notedAt: number };

/**
 * The newest state of rows that this process stored or saw, in a sealed journal beside the spool. A database that fails
 * over to a standby that lagged, or is restored, is behind it.
 *
 * Best effort: no method throws, and a journal in trouble is an alarm. What is in memory still counts then.
 */
@Injectable()
export class HighWater implements OnApplicationShutdown {
  private readonly journal: JournalFile;
  private readonly known = new BoundedCache<string, Facts>(FACTS_IN_MEMORY);
  private readonly unsaved = new Map<string, Unsaved>();
  private readonly kinds = new Map<string, Adopt>();
  private timer: NodeJS.Timeout | undefined;
  private isEnded = false;

  constructor(
    spoolDirectory: SpoolDirectory,
    private readonly box: SealedBox,
    metrics: Metrics,
    private readonly degradations: Degradations,
    private readonly log: Log,
  ) {
    this.journal = new JournalFile(join(spoolDirectory.path, JOURNAL), {
      onFailure: error => {
        this.log.highWaterFailed(error);
      },
      onChange: isFailing => {
        this.degradations.set('high_water_journal', isFailing);
      },
    });
    const help = 'Marks in the high-water journal of this instance';
    metrics.measure({ name: 'latchkey_high_water_marks', help }, () => Promise.resolve(this.count()));
  }

  /** Writes the last marks and closes the file. */
  onApplicationShutdown(): void {
    this.isEnded = true;
    clearTimeout(this.timer);
    while (this.unsaved.size > 0 && this.write());
    this.journal.close();
  }

  /** Sets what is done with marks of a kind in the journals of ended processes. */
  register(kind: string, adopt: Adopt): void {
    this.kinds.set(kind, adopt);
  }

  /** Adopts what is newer in the journal of a process that has ended. @throws the errors of SQLite */
  async adoptAll(file: HighWaterFile): Promise<void> {
    for (const [kind, adopt] of this.kinds) {
      for (let after: string | undefined = ''; after !== undefined;) {
        const page = file.listAfter(kind, after, ADOPTED_AT_ONCE);
        for (const mark of page)
          adopt({ id: mark.id, facts: JSON.parse(mark.facts) as Facts }, () => this.openStored(mark));
        while (this.unsaved.size > ADOPTED_AT_ONCE && this.write());
        after = page.at(-1)?.id;
        await turn();
      }
    }
  }

  /** Returns the facts of a mark. */
  find(key: MarkKey): Facts | undefined {
    const name = nameOf(key);
    const facts = this.known.get(name);
    if (facts) return facts;
    const stored = this.journal.use(file => file.find(key));
    if (!stored) return undefined;
    const read = JSON.parse(stored.facts) as Facts;
    this.known.set(name, read);
    return read;
  }

  /** Returns the content of a mark, or undefined if it has none or cannot be opened. */
  open(key: MarkKey): unknown {
    const unsaved = this.unsaved.get(nameOf(key));
    if (unsaved) return unsaved.content ?? undefined;
    const stored = this.journal.use(file => file.find(key));
    return stored && this.openStored(stored);
  }

  /** Notes the newest state of a row. It replaces the previous one. */
  note(key: MarkKey, facts: Facts, content: unknown): void {
    const name = nameOf(key);
    this.known.set(name, facts);
    this.unsaved.delete(name);
    this.unsaved.set(name, { ...key, facts, content, notedAt: Date.now() });
    const [oldest] = this.unsaved.keys();
    if (this.unsaved.size > MOST_UNSAVED && oldest !== undefined) this.unsaved.delete(oldest);
    if (!this.isEnded) this.timer ??= setTimeout(this.writeDelayed, WRITE_AFTER_MS);
  }

  /** Lists marks that are in the file, in the order of their ids, after an id. */
  listAfter({ kind, id }: MarkKey, limit: number): { id: string; facts: Facts }[] {
    const stored = this.journal.use(file => file.listAfter(kind, id, limit)) ?? [];
    return stored.map(mark => ({ id: mark.id, facts: JSON.parse(mark.facts) as Facts }));
  }

  /**
   * Drops the marks of a kind that are too old or too many, and re-seals some that another encryption key sealed. A mark
   * whose key was taken away loses its content: its facts still count.
   *
   * @param maxAgeMs of a mark, by default unlimited
   */
  tidy(kind: string, maxAgeMs = Infinity): void {
    this.journal.restoreDeleted();
    const before = Math.max(0, Date.now() - maxAgeMs);
    this.journal.use(file => {
      file.prune(kind, { before, most: MOST_MARKS });
      file.write(file.listSealedOtherwise(this.box.fingerprint, RESEALED_AT_ONCE).map(this.reseal));
    });
  }

  private readonly writeDelayed = (): void => {
    const isWritten = this.write();
    this.timer =
      this.unsaved.size > 0
        ? setTimeout(this.writeDelayed, isWritten ? WRITE_AFTER_MS : WRITE_AGAIN_MS)
        : undefined;
  };

  /** Writes some of the unsaved marks. Returns whether that succeeded. */
  private write(): boolean {
    const batch = [...this.unsaved].slice(0, WRITTEN_AT_ONCE);
    const isWritten = this.journal.use(file => {
      file.write(batch.map(([, mark]) => this.seal(mark)));
      return true;
    });
    if (!isWritten) return false;
    for (const [name, mark] of batch) if (this.unsaved.get(name) === mark) this.unsaved.delete(name);
    return true;
  }

  private seal({ kind, id, facts, content, notedAt }: Unsaved): StoredMark {
    const mark = { kind, id, facts: JSON.stringify(facts), noted_at: notedAt };
    const sealed = content === null ? null : this.box.seal(JSON.stringify(content), sealBinding(mark));
    return { ...mark, sealed };
  }

  private readonly reseal = (mark: StoredMark): StoredMark => {
    const text = this.unseal(mark);
    return { ...mark, sealed: text === undefined ? null : this.box.seal(text, sealBinding(mark)) };
  };

  private openStored(mark: StoredMark): unknown {
    const text = this.unseal(mark);
    return text === undefined ? undefined : JSON.parse(text);
  }

  private unseal(mark: StoredMark): string | undefined {
    if (mark.sealed === null) return undefined;
    try {
      return this.box.open(mark.sealed, sealBinding(mark));
    } catch (error) {
      this.log.highWaterFailed(error);
      return undefined;
    }
  }

  private count(): number {
    const marks = this.journal.use(file => file.count());
    if (marks === undefined) throw new Error('The high-water journal cannot be read.');
    return marks;
  }
}

function nameOf({ kind, id }: MarkKey): string {
  return `${kind} ${id}`;
}

/** The facts are in the clear, so the content is bound to them. */
function sealBinding({ kind, id, facts }: Pick<StoredMark, 'kind' | 'id' | 'facts'>): RowBinding {
  return { table: 'high_water', column: kind, id, facts: { facts } };
}
