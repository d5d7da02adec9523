import { constants } from 'node:fs';
import { type FileHandle, open, readdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { SpoolDirectory } from '../../leases/spools/spool-directory.service.ts';

/** In bytes. A sealed answer of usual size has less than 10 kB. */
export const RESERVED_BYTES = 32 * 1024;

/** How many files stay open beyond those of running attempts. */
const MOST_IDLE = 32;

const SUFFIX = '.reserved';

const zeros = Buffer.alloc(RESERVED_BYTES);

/** A file that is open, has its space on the disk, and is not in use. */
type ReservedFile = { readonly path: string; readonly handle: FileHandle };

/**
 * Writes spool files durably, and keeps room for those to come: each running attempt has an open file with space on the
 * disk. So an answer has a place when the disk is full, or this process has no file descriptors left.
 */
@Injectable()
export class SpoolDisk implements OnModuleInit, OnApplicationShutdown {
  private readonly free: ReservedFile[] = [];
  private reserved = 0;
  private made = 0;
  private onTrouble = (): void => undefined;

  constructor(private readonly spoolDirectory: SpoolDirectory) {}

  /** The directory that this process writes to. */
  get path(): string {
    return this.spoolDirectory.path;
  }

  /** Sets what is called when room cannot be reserved, or an answer cannot be written. */
  watch(onTrouble: () => void): void {
    this.onTrouble = onTrouble;
  }

  /** Deletes what a process that crashed had reserved. This process alone holds the directory. */
  async onModuleInit(): Promise<void> {
    const names = await readdir(this.path);
    await Promise.all(names.filter(name => name.endsWith(SUFFIX)).map(name => unlink(join(this.path, name))));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.free.splice(0).map(discard));
  }

  /**
   * Reserves room for one answer. Returns the function that gives it back, which may be called more than once.
   *
   * @throws the error of the file system, if there is no room or it cannot be written any more
   */
  async reserve(): Promise<() => void> {
    this.reserved++;
    let isReserved = true;
    const release = (): void => {
      if (isReserved) this.reserved--;
      isReserved = false;
      void this.discardSurplus();
    };
    try {
      const known = this.free.length >= this.reserved ? this.free.pop() : undefined;
      this.free.push((known && (await probed(known))) ?? (await this.newFile()));
    } catch (error) {
      release();
      this.onTrouble();
      throw error;
    }
    return release;
  }

  /** Writes a file durably: it survives a crash once this resolves. */
  async write(file: string, text: string): Promise<void> {
    try {
      await this.writeInto(file, text);
    } catch (error) {
      this.onTrouble();
      throw error;
    }
  }

  private async writeInto(file: string, text: string): Promise<void> {
    const reserved = this.free.pop() ?? (await this.newFile());
    try {
      const bytes = Buffer.from(text);
      // Until all is written: a single write may end early on a full disk, and truncate would fill the rest with zeros.
      await reserved.handle.writeFile(bytes);
      await reserved.handle.truncate(bytes.length);
      await reserved.handle.sync();
      await rename(reserved.path, file);
    } catch (error) {
      await discard(reserved);
      throw error;
    }
    await reserved.handle.close();
    await syncDirectory(this.path);
  }

  /** Its space is allocated by zeros, since Node.js has no fallocate(2). */
  private async newFile(): Promise<ReservedFile> {
    const path = join(this.path, `${++this.made}${SUFFIX}`);
    const handle = await open(path, constants.O_CREAT | constants.O_WRONLY | constants.O_EXCL, 0o600);
    const file = { path, handle };
    try {
      const { bytesWritten } = await handle.write(zeros, 0, zeros.length, 0);
      if (bytesWritten < zeros.length) throw new Error('The disk has no room for an answer.');
      await handle.sync();
      return file;
    } catch (error) {
      await discard(file);
      throw error;
    }
  }

  private async discardSurplus(): Promise<void> {
    if (this.free.length > this.reserved + MOST_IDLE)
      await Promise.all(this.free.splice(this.reserved + MOST_IDLE).map(discard));
  }
}

/**
 * Returns the file if it can be written still, or undefined if it was deleted. A file system that became read-only refuses
 * even a byte. The file must not be free meanwhile.
 */
async function probed(file: ReservedFile): Promise<ReservedFile | undefined> {
  try {
    await file.handle.write(zeros, 0, 1, 0);
    if ((await file.handle.stat()).nlink > 0) return file;
  } catch (error) {
    await discard(file);
    throw error;
  }
  // Its name may be another process's file by now.
  await file.handle.close();
  return undefined;
}

/** Never rejects: a file that stays is deleted by the next start. */
async function discard({ path, handle }: ReservedFile): Promise<void> {
  await handle.close().catch(() => undefined);
  await unlink(path).catch(() => undefined);
}

/** A file name is durable only once its directory is synced. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
