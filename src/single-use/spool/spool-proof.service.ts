import { randomBytes } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type BeforeApplicationShutdown, Injectable, type OnModuleInit } from '@nestjs/common';
import { codeOf } from '../../errors/code-of.ts';
import { SpoolDirectory } from '../../leases/spools/spool-directory.service.ts';
import { Degradations } from '../../observability/degradations.ts';
import { Log } from '../../observability/log/log.ts';
import { RESERVED_BYTES, SpoolDisk } from './spool-disk.service.ts';

const INTERVAL_MS = 60_000;

/** As much as is reserved for an answer: where the proof succeeds, refreshes have room. */
const PROOF_BYTES = RESERVED_BYTES;

/**
 * Proves at start, each minute, and when the spool fails in use, that it keeps what is written to it. Creates the directory
 * again if it was deleted.
 */
@Injectable()
export class SpoolProof implements OnModuleInit, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private isProven = true;
  private proving: Promise<void> | undefined;

  constructor(
    private readonly spoolDirectory: SpoolDirectory,
    private readonly spoolDisk: SpoolDisk,
    private readonly degradations: Degradations,
    private readonly log: Log,
  ) {}

  /** @throws Error with the remedy if the spool cannot be written */
  async onModuleInit(): Promise<void> {
    const { path } = this.spoolDirectory;
    try {
      await prove(path);
    } catch (error) {
      throw new Error(
        `The spool directory ${path} cannot be written (${codeOf(error) || String(error)}). Free space on its disk, make it writable for this process, or set LATCHKEY_SPOOL_DIR to another directory.`,
        { cause: error },
      );
    }
    this.timer = setInterval(() => void this.proveAgain(), INTERVAL_MS).unref();
    this.spoolDisk.watch(() => void this.proveAgain());
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Proves the spool now, unless a proof is running, and reports a change. Never rejects. */
  proveAgain(): Promise<void> {
    this.proving ??= this.proveOnce().finally(() => (this.proving = undefined));
    return this.proving;
  }

  private async proveOnce(): Promise<void> {
    const directory = this.spoolDirectory.path;
    try {
      if (this.spoolDirectory.restoreDeleted()) this.log.spoolDeleted({ directory });
      await prove(directory);
      if (!this.isProven) this.log.spoolWritableAgain({ directory });
      this.isProven = true;
    } catch (error) {
      if (this.isProven) this.log.spoolNotWritable({ directory }, error);
      this.isProven = false;
    }
    this.degradations.set('spool', !this.isProven);
  }
}

/** Writes a file, syncs it, reads it back and deletes it. */
async function prove(directory: string): Promise<void> {
  const path = join(directory, 'proof.part');
  const written = randomBytes(PROOF_BYTES);
  const file = await open(path, 'w+', 0o600);
  try {
    await file.writeFile(written);
    await file.sync();
    const { buffer } = await file.read(Buffer.alloc(PROOF_BYTES), 0, PROOF_BYTES, 0);
    if (!written.equals(buffer)) throw new Error('It does not return what was written to it.');
  } finally {
    await file.close();
    await unlink(path);
  }
}
