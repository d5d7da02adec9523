import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import type { SpoolId } from '../../database/tables/id.ts';
import { codeOf } from '../../errors/code-of.ts';
import { isIntact, restoreSlot, type SpoolSlot, tryAcquireSlot, tryLockDirectory } from './spool-slot.ts';

const MOST_SLOTS = 10_000;

/** A directory of answers that this process drains. `spoolId` is undefined for answers of older releases. */
export type DrainedDirectory = { readonly path: string; readonly spoolId: SpoolId | undefined };

/**
 * The directory where this process keeps answers that are not in the database yet. `LATCHKEY_SPOOL_DIR` holds numbered
 * slots, and a process acquires the first free one. Its next start acquires the same slot, and so has the same `spoolId`.
 */
@Injectable()
export class SpoolDirectory {
  private readonly root: string;
  private slot: SpoolSlot;

  constructor({ spoolDirectory }: Config) {
    this.root = spoolDirectory;
    this.slot = acquireSlot(spoolDirectory);
  }

  /** The owner of this process's attempts, and the key of its row in the list of instances. */
  get spoolId(): SpoolId {
    return this.slot.spoolId;
  }

  get path(): string {
    return this.slot.path;
  }

  /** Releases the slot when the process has ended its work, so that the next one may acquire it. */
  release(): void {
    this.slot.release();
  }

  /**
   * Creates the directory again, with its `spoolId`, if it was deleted under this process. Returns whether it was.
   *
   * @throws the error of the file system; Error if another process has taken its place
   */
  restoreDeleted(): boolean {
    if (isIntact(this.slot)) return false;
    this.slot = restoreSlot(this.slot);
    return true;
  }

  /**
   * Runs `drain` for each directory whose process has ended, one after another, and holds its slot meanwhile. Older
   * releases kept their answers directly in `LATCHKEY_SPOOL_DIR`.
   */
  async drainEnded(drain: (directory: DrainedDirectory) => Promise<void>): Promise<void> {
    for (const name of this.listSlots()) {
      const slot = tryAcquireSlot(join(this.root, name));
      if (slot) await drain(slot).finally(slot.release);
    }
    const old = tryLockDirectory(this.root);
    if (old) await drain({ path: this.root, spoolId: undefined }).finally(old.release);
  }

  private listSlots(): string[] {
    return readdirSync(this.root).filter(name => /^[1-9]\d*$/.test(name));
  }
}

/** @throws Error with the remedy if the directory cannot be used */
function acquireSlot(root: string): SpoolSlot {
  try {
    for (let number = 1; number <= MOST_SLOTS; number++) {
      const slot = tryAcquireSlot(join(root, String(number)));
      if (slot) return slot;
    }
  } catch (error) {
    throw new Error(
      `The spool directory ${root} cannot be used (${codeOf(error) || String(error)}). Make it writable for this process, or set LATCHKEY_SPOOL_DIR to another directory.`,
      { cause: error },
    );
  }
  throw new Error(`All ${MOST_SLOTS} slots of the spool directory ${root} are in use.`);
}
