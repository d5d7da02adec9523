import fs from 'node:fs';
import files from 'node:fs/promises';
import { currentActor, type DiskCalls } from '../time/actor.ts';

type Call = (...parameters: never[]) => unknown;

/** Calls that name one or two paths, with the synchronous call that does the same. */
const calls: Readonly<Record<string, Call>> = {
  access: fs.accessSync,
  chmod: fs.chmodSync,
  copyFile: fs.copyFileSync,
  link: fs.linkSync,
  lstat: fs.lstatSync,
  mkdir: fs.mkdirSync,
  mkdtemp: fs.mkdtempSync,
  readFile: fs.readFileSync,
  readdir: fs.readdirSync,
  rename: fs.renameSync,
  rm: fs.rmSync,
  rmdir: fs.rmdirSync,
  stat: fs.statSync,
  statfs: fs.statfsSync,
  truncate: fs.truncateSync,
  unlink: fs.unlinkSync,
  writeFile: fs.writeFileSync,
  appendFile: fs.appendFileSync,
};

/**
 * Lets the files of the current actor be read and written in its own time, one operation per event. Each is done by the
 * synchronous call, so that it happens at its event, wholly or not at all.
 */
export function patchFiles(): void {
  const target = files as unknown as Record<string, (...parameters: unknown[]) => Promise<unknown>>;
  for (const [name, synchronous] of Object.entries(calls)) {
    const real = target[name];
    if (!real) continue;
    target[name] = (...parameters) => {
      const disk = currentActor()?.disk;
      if (!disk) return real(...parameters);
      return disk.run(name, String(parameters[0]), () => synchronous(...(parameters as never[])));
    };
  }
  const realOpen = files.open as (...parameters: unknown[]) => Promise<unknown>;
  target.open = (...parameters) => {
    const disk = currentActor()?.disk;
    if (!disk) return realOpen(...parameters);
    const path = String(parameters[0]);
    return disk.run('open', path, () => {
      const handle = fs.openSync(path, (parameters[1] ?? 'r') as string, parameters[2] as number);
      return new SimulatedHandle(disk, path, handle);
    });
  };
}

/** An open file of an actor, as far as the product uses one. */
class SimulatedHandle {
  constructor(
    private readonly disk: DiskCalls,
    private readonly path: string,
    readonly fd: number,
  ) {}

  writeFile(data: string | Uint8Array): Promise<void> {
    return this.disk.run('writeFile', this.path, () => {
      fs.writeFileSync(this.fd, data);
    });
  }

  appendFile(data: string | Uint8Array): Promise<void> {
    return this.disk.run('appendFile', this.path, () => {
      fs.appendFileSync(this.fd, data);
    });
  }

  write(...parameters: unknown[]): Promise<{ bytesWritten: number; buffer: unknown }> {
    return this.disk.run('write', this.path, () => ({
      bytesWritten: fs.writeSync(this.fd, ...(parameters as [string])),
      buffer: parameters[0],
    }));
  }

  read(buffer: Uint8Array, ...rest: unknown[]): Promise<{ bytesRead: number; buffer: Uint8Array }> {
    return this.disk.run('read', this.path, () => ({
      bytesRead: fs.readSync(this.fd, buffer, ...(rest as [])),
      buffer,
    }));
  }

  readFile(options?: unknown): Promise<string | Buffer> {
    return this.disk.run('readFile', this.path, () => fs.readFileSync(this.fd, options as 'utf8'));
  }

  stat(): Promise<fs.Stats> {
    return this.disk.run('stat', this.path, () => fs.fstatSync(this.fd));
  }

  truncate(length = 0): Promise<void> {
    return this.disk.run('truncate', this.path, () => {
      fs.ftruncateSync(this.fd, length);
    });
  }

  sync(): Promise<void> {
    return this.disk.run('sync', this.path, () => undefined);
  }

  datasync(): Promise<void> {
    return this.disk.run('sync', this.path, () => undefined);
  }

  close(): Promise<void> {
    return this.disk.run('close', this.path, () => {
      fs.closeSync(this.fd);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
