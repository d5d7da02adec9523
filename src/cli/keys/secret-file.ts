import { randomUUID } from 'node:crypto';
import { type FileHandle, link, lstat, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';

const systemError = z.object({ code: z.string() });

/** A file for a secret, with mode 0600. It gets its name only when it is complete. */
export class SecretFile {
  private isKept = false;

  private constructor(
    private readonly name: string,
    private readonly mayReplace: boolean,
    private readonly pending: string,
    private readonly handle: FileHandle,
  ) {}

  /**
   * Creates the file under a temporary name, so that a problem shows before there is a secret.
   *
   * @throws Error if the file exists and `mayReplace` is false, or if no file can be created there
   */
  static async prepare(name: string, mayReplace: boolean): Promise<SecretFile> {
    const file = resolve(name);
    const found = await lstat(file).catch(() => undefined);
    if (found?.isDirectory()) throw new Error(`${name} is a directory. Give --save the name of a file.`);
    if (found && !mayReplace) throw new Error(`${name} already exists. Add --force to replace it.`);
    const pending = join(dirname(file), `.latchkey-${randomUUID()}`);
    const handle = await open(pending, 'wx', 0o600).catch((cause: unknown) => {
      throw new Error(`${name} can't be created (${reasonOf(cause)}). Give --save another name.`, { cause });
    });
    return new SecretFile(name, mayReplace, pending, handle);
  }

  /** @throws Error with the place of the secret, or the news that it is lost */
  async save(secret: string): Promise<void> {
    try {
      await this.handle.writeFile(`${secret}\n`);
      await this.handle.sync();
      this.isKept = true;
      await this.giveName();
    } catch (cause) {
      const where = this.isKept ? `It is in ${this.pending}` : 'It is lost. Revoke it, and request another';
      throw new Error(`The key was made, but not saved as ${this.name} (${reasonOf(cause)}). ${where}.`, {
        cause,
      });
    }
  }

  /** Closes the file, and removes it if no secret was saved. */
  async close(): Promise<void> {
    await this.handle.close();
    if (!this.isKept) await rm(this.pending, { force: true });
  }

  private async giveName(): Promise<void> {
    if (this.mayReplace) return rename(this.pending, resolve(this.name));
    // Unlike `rename`, `link` never replaces a file that was created meanwhile.
    await link(this.pending, resolve(this.name));
    await rm(this.pending);
  }
}

function reasonOf(error: unknown): string {
  return systemError.safeParse(error).data?.code ?? String(error);
}
