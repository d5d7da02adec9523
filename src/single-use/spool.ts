import { constants } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { RowBinding } from '../crypto/row-binding.ts';
import type { SealedBox } from '../crypto/sealed-box.ts';

/** What is kept on disk, and how its files are told from others. */
export type SpoolKind<Answer> = {
  /** In the names of the files; no kind's is the end of another's. */
  readonly suffix: string;
  /** What a file is named by. */
  readonly idOf: (answer: Answer) => string;
};

/** Keeps answers on disk, sealed, while the database does not take them: a refresh token's answer comes only once. */
export class Spool<Answer> {
  constructor(
    private readonly config: Pick<Config, 'spoolDirectory'>,
    private readonly box: SealedBox,
    private readonly kind: SpoolKind<Answer>,
  ) {}

  /** Writes an answer; it is on the disk when this resolves. */
  async write(answer: Answer): Promise<void> {
    const directory = this.config.spoolDirectory;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const id = this.kind.idOf(answer);
    const file = this.fileOf(id);
    await writeDurably(`${file}.part`, this.box.seal(JSON.stringify(answer), this.bindingOf(id)));
    await rename(`${file}.part`, file);
    await syncDirectory(directory);
  }

  async delete(answer: Answer): Promise<void> {
    await ignoreMissing(unlink(this.fileOf(this.kind.idOf(answer))));
  }

  /** Lists what an earlier process left behind, by the ids of the answers. */
  async list(): Promise<string[]> {
    const names = (await ignoreMissing(readdir(this.config.spoolDirectory))) ?? [];
    const { suffix } = this.kind;
    return names.filter(name => name.endsWith(suffix)).map(name => name.slice(0, -suffix.length));
  }

  /** @throws BrokerError `SealedRowUnreadable` when the file was edited, or sealed with a key that is not here */
  async read(id: string): Promise<Answer> {
    const sealed = await readFile(this.fileOf(id), 'utf8');
    return JSON.parse(this.box.open(sealed, this.bindingOf(id))) as Answer;
  }

  private fileOf(id: string): string {
    return join(this.config.spoolDirectory, id + this.kind.suffix);
  }

  private bindingOf(id: string): RowBinding {
    return { table: 'spool', column: this.kind.suffix.slice(1), id, facts: {} };
  }
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, constants.O_CREAT | constants.O_WRONLY | constants.O_TRUNC, 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A name in a directory is only durable when the directory is. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function ignoreMissing<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
