import type { HighWater } from './high-water.service.ts';

/** One mark of a page. */
export type ListedMark<Facts> = { readonly id: string; readonly facts: Facts };

/** One kind of row that marks are kept of. */
export type MarkKind<Facts> = {
  readonly name: string;
  /** Decides whether a mark of a process that has ended is newer than this process's own. */
  readonly isNewer: (found: Facts, own: Facts | undefined) => boolean;
  /** Called when such a mark became this process's own. */
  readonly onAdopted?: (id: string) => void;
};

/** The marks of one kind of row. `Facts` are for comparisons and hold no secret, `Content` is sealed. Both are JSON. */
export class Marks<Facts extends Readonly<Record<string, unknown>>, Content> {
  constructor(
    private readonly highWater: HighWater,
    private readonly kind: MarkKind<Facts>,
  ) {
    highWater.register(kind.name, ({ id, facts }, open) => {
      if (!kind.isNewer(facts as Facts, this.find(id))) return;
      highWater.note(this.keyOf(id), facts, open() ?? null);
      kind.onAdopted?.(id);
    });
  }

  /** Returns the facts of a mark. */
  find(id: string): Facts | undefined {
    return this.highWater.find(this.keyOf(id)) as Facts | undefined;
  }

  /** Returns the content of a mark, or undefined if it has none or cannot be opened. */
  open(id: string): Content | undefined {
    return this.highWater.open(this.keyOf(id)) as Content | undefined;
  }

  /** Notes the newest state of a row. It replaces the previous one. */
  note(id: string, facts: Facts, content: Content | null): void {
    this.highWater.note(this.keyOf(id), facts, content);
  }

  /** Lists marks that are on disk, in the order of their ids, after an id. */
  listAfter(id: string, limit: number): ListedMark<Facts>[] {
    return this.highWater.listAfter(this.keyOf(id), limit) as ListedMark<Facts>[];
  }

  /**
   * Drops marks that are too old or too many, and re-seals some that another encryption key sealed.
   *
   * @param maxAgeMs of a mark, by default unlimited
   */
  tidy(maxAgeMs?: number): void {
    this.highWater.tidy(this.kind.name, maxAgeMs);
  }

  private keyOf(id: string) {
    return { kind: this.kind.name, id };
  }
}
