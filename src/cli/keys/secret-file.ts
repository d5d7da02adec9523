import { randomUUID } from 'node:crypto';
import { type FileHandle, link, lstat, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';

const systemError = z.object({ code: z.string() });

/** A file that is about to hold a secret, for its owner's eyes alone (mode 0600); it has its name when it is whole. */
export class SecretFile {
  private isKept = false;

  private constructor(
    private readonly name: string,
    private readonly mayReplace: boolean,
    private readonly pending: string,
    private readonly handle: FileHandle,
  ) {}

  /**
   * Makes sure that a secret can be saved before there is one.
   *
   * @throws Error when a file is there and `mayReplace` is false, or when none can be made there
   */
  static async prepare(name: string, mayReplace: boolean): Promise<SecretFile> {
    const file = resolve(name);
    const found = await lstat(file).catch(() => undefined);
    if (found?.isDirectory()) throw new Error(`${name} is a directory; --save takes the name of a file.`);
    if (found && !mayReplace) throw new Error(`${name} is there already; --force replaces it.`);
    const pending = join(dirname(file), `.latchkey-${randomUUID()}`);
    const handle = await open(pending, 'wx', 0o600).catch((cause: unknown) => {
      throw new Error(`No file can be made at ${name} (${reasonOf(cause)}).`, { cause });
    });
    return new SecretFile(name, mayReplace, pending, handle);
  }

  /** @throws Error that says where the secret is instead, or that it is lost */
  async save(secret: string): Promise<void> {
    try {
      await this.handle.writeFile(`${secret}\n`);
      await this.handle.sync();
      this.isKept = true;
      await this.giveName();
    } catch (cause) {
      const where = this.isKept ? `it is in ${this.pending}` : 'it is lost: revoke it, and ask for another';
      throw new Error(`The key was made, but not saved as ${this.name} (${reasonOf(cause)}); ${where}.`, {
        cause,
      });
    }
  }

  /** Leaves nothing behind but what was saved. */
  async close(): Promise<void> {
    await this.handle.close();
    if (!this.isKept) await rm(this.pending, { force: true });
  }

  private async giveName(): Promise<void> {
    if (this.mayReplace) return rename(this.pending, resolve(this.name));
    // Unlike a renaming it never replaces a file that came in the meantime.
    await link(this.pending, resolve(this.name));
    await rm(this.pending);
  }
}

function reasonOf(error: unknown): string {
  return systemError.safeParse(error).data?.code ?? String(error);
}
