import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor, DiskCalls } from '../time/actor.ts';
import type { Random } from '../time/random.ts';

/** `full`: no new byte fits. `read-only`: nothing can be changed. `broken`: every call fails. */
export type DiskTrouble = 'full' | 'read-only' | 'broken';

const codes: Readonly<Record<DiskTrouble, string>> = { full: 'ENOSPC', 'read-only': 'EROFS', broken: 'EIO' };

/** Calls that change nothing, and so work on a disk that is full or read-only. */
const readings = new Set([
  'access',
  'close',
  'lstat',
  'read',
  'readFile',
  'readdir',
  'stat',
  'statfs',
  'sync',
]);

/** Calls that need no space. */
const spaceless = new Set([...readings, 'chmod', 'rename', 'rm', 'rmdir', 'truncate', 'unlink']);

/** Calls that give a path's space back, or give it another name. */
const gone = new Set(['rename', 'rm', 'unlink']);

/** The disk of one broker. It outlives the broker's processes. */
export class Disk {
  #trouble: DiskTrouble | undefined;
  /** Since when it is in trouble, by the true time. */
  troubleSince: number | undefined;
  /** When a call last met the trouble, by the true time. */
  lastTroubleAt = -1;
  readonly path: string;
  /** Space that was reserved before the disk became full stays usable. */
  readonly #reserved = new Set<string>();

  /** @param path a directory of the real machine, which exists until {@link remove} */
  constructor(path: string) {
    this.path = path;
    mkdirSync(path, { recursive: true });
  }

  get trouble(): DiskTrouble | undefined {
    return this.#trouble;
  }

  /** Begins a trouble. */
  fail(trouble: DiskTrouble, now: number): void {
    this.#trouble = trouble;
    this.troubleSince ??= now;
  }

  recover(): void {
    this.#trouble = undefined;
    this.troubleSince = undefined;
  }

  /** Returns the calls of a process on this disk. */
  callsOf(actor: () => Actor): DiskCalls {
    return {
      run: (call, path, work) =>
        new Promise((resolve, reject) => {
          const { scheduler, random } = actor();
          const delayMs = call === 'sync' ? random.integer(1, 12) : random.fraction();
          scheduler.schedule(actor(), delayMs, `disk ${call}`, () => {
            try {
              this.#require(call, path, scheduler.now);
              resolve(work());
              if (call.startsWith('write')) this.#reserved.add(path);
              if (gone.has(call)) this.#reserved.delete(path);
            } catch (error) {
              reject(error instanceof Error ? error : new Error(String(error)));
            }
          });
        }),
    };
  }

  /** Lists the files at any depth, by their paths within the disk. */
  list(): string[] {
    return readdirSync(this.path, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name).slice(this.path.length + 1))
      .sort();
  }

  /** Puts a file among the answers that is none, as a restored backup or an interrupted copy does. Returns its path. */
  putOddFile(random: Random): string {
    const directory = join(this.path, '1');
    mkdirSync(directory, { recursive: true });
    const name = `odd-${random.word()}${random.pick(['.answer', '.native', '.answer.part'])}`;
    writeFileSync(join(directory, name), random.pick(['', 'x', '\u0000'.repeat(4096)]));
    return name;
  }

  /** Loses everything on it, as if replaced by a new one. */
  lose(): void {
    rmSync(this.path, { recursive: true, force: true });
    mkdirSync(this.path, { recursive: true });
    this.#reserved.clear();
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  #require(call: string, path: string, now: number): void {
    if (!this.trouble) return;
    this.lastTroubleAt = now;
    if (this.trouble === 'read-only' && readings.has(call)) return;
    if (this.trouble === 'full' && (spaceless.has(call) || this.#isReserved(call, path))) return;
    const code = codes[this.trouble];
    throw Object.assign(new Error(`${code}: ${call} '${path}'`), { code });
  }

  #isReserved(call: string, path: string): boolean {
    return (call === 'open' || call.startsWith('write')) && this.#reserved.has(path);
  }
}
