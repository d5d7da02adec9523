import { constants } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { JWK } from 'jose';
import { Config } from '../config/config.ts';
import type { RowBinding } from '../crypto/row-binding.ts';
import { SealedBox } from '../crypto/sealed-box.ts';
import { Metrics } from '../observability/metrics.ts';
import type { RefreshedTokens } from '../oauth/refresh-outcome.ts';
import type { AttemptKey } from './session.ts';

/** An answer that is not in the database yet, with all it takes to store it, or to revoke it if nobody holds it. */
export type SpooledAnswer = AttemptKey & {
  readonly issuer: string;
  readonly clientId: string;
  readonly kid: string | null;
  readonly dpopKey: JWK;
  readonly tokens: RefreshedTokens;
  readonly pds: string;
  /** When the request was sent, by the database's clock. */
  readonly sentAt: string;
};

const SUFFIX = '.answer';

/** Keeps answers on disk, sealed, while the database does not take them: a refresh token's answer comes only once. */
@Injectable()
export class Spool {
  constructor(
    private readonly config: Config,
    private readonly box: SealedBox,
    metrics: Metrics,
  ) {
    const help = 'Answers on disk that are not in the database yet';
    metrics.measure({ name: 'latchkey_spooled_answers', help }, async () => (await this.list()).length);
  }

  /** Writes an answer; it is on the disk when this resolves. */
  async write(answer: SpooledAnswer): Promise<void> {
    const directory = this.config.spoolDirectory;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const file = this.fileOf(answer.attemptId);
    await writeDurably(`${file}.part`, this.box.seal(JSON.stringify(answer), bindingOf(answer.attemptId)));
    await rename(`${file}.part`, file);
    await syncDirectory(directory);
  }

  async delete(attemptId: string): Promise<void> {
    await ignoreMissing(unlink(this.fileOf(attemptId)));
  }

  /** Lists what an earlier process left behind, by the ids of its attempts. */
  async list(): Promise<string[]> {
    const names = (await ignoreMissing(readdir(this.config.spoolDirectory))) ?? [];
    return names.filter(name => name.endsWith(SUFFIX)).map(name => name.slice(0, -SUFFIX.length));
  }

  /** @throws BrokerError `SealedRowUnreadable` when the file was edited, or sealed with a key that is not here */
  async read(attemptId: string): Promise<SpooledAnswer> {
    const sealed = await readFile(this.fileOf(attemptId), 'utf8');
    return JSON.parse(this.box.open(sealed, bindingOf(attemptId))) as SpooledAnswer;
  }

  private fileOf(attemptId: string): string {
    return join(this.config.spoolDirectory, attemptId + SUFFIX);
  }
}

function bindingOf(attemptId: string): RowBinding {
  return { table: 'spool', column: 'answer', id: attemptId, facts: {} };
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
