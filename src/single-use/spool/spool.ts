import { readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../errors/code-of.ts';
import type { RowBinding } from '../../crypto/row-binding.ts';
import type { SealedBox } from '../../crypto/sealed-box.ts';
import { SealedJson } from '../../crypto/sealed-json.ts';
import type { SpoolDisk } from './spool-disk.service.ts';
import { SpooledFiles } from './spooled-files.ts';

/** How the files of one kind of answer are named. */
export type SpoolKind<Answer> = {
  /** The end of the file names. No suffix is the end of another kind's suffix. */
  readonly suffix: string;
  /** The start of the file names: ids, with dots between them, of all that waits for the answer. */
  readonly idOf: (answer: Answer) => string;
};

/** Keeps answers sealed on disk while the database is away: a refresh token's answer comes only once. */
export class Spool<Answer> {
  readonly files = new SpooledFiles();
  private readonly sealedAnswer: SealedJson<Answer>;

  constructor(
    private readonly spoolDisk: Pick<SpoolDisk, 'path' | 'write'>,
    box: SealedBox,
    private readonly kind: SpoolKind<Answer>,
  ) {
    this.sealedAnswer = new SealedJson(box);
  }

  /** The directory that this process writes to. */
  get directory(): string {
    return this.spoolDisk.path;
  }

  idOf(answer: Answer): string {
    return this.kind.idOf(answer);
  }

  /** Writes an answer durably: it survives a crash once this resolves. */
  async write(answer: Answer): Promise<void> {
    const id = this.idOf(answer);
    const sealed = this.sealedAnswer.seal(answer, this.sealBinding(id));
    const { directory } = this;
    await this.spoolDisk.write(this.fileOf(id, directory), sealed);
    this.files.note(this.fileOf(id, directory), { id, directory });
  }

  async delete(id: string, directory = this.directory): Promise<void> {
    await ignoreMissing(unlink(this.fileOf(id, directory)));
    this.files.forget(this.fileOf(id, directory));
  }

  /** Lists the ids of the answers on disk. */
  async list(directory = this.directory): Promise<string[]> {
    const names = (await ignoreMissing(readdir(directory))) ?? [];
    const { suffix } = this.kind;
    return names.filter(name => name.endsWith(suffix)).map(name => name.slice(0, -suffix.length));
  }

  /**
   * @returns undefined if the file is gone
   * @throws BrokerError `SealedRowUnreadable` if the file was edited, or its encryption key is not configured
   */
  async read(id: string, directory = this.directory): Promise<Answer | undefined> {
    const sealed = await ignoreMissing(readFile(this.fileOf(id, directory), 'utf8'));
    if (sealed === undefined) return undefined;
    return this.sealedAnswer.open(sealed, this.sealBinding(id));
  }

  fileOf(id: string, directory: string): string {
    return join(directory, id + this.kind.suffix);
  }

  private sealBinding(id: string): RowBinding {
    return { table: 'spool', column: this.kind.suffix.slice(1), id, facts: {} };
  }
}

async function ignoreMissing<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
