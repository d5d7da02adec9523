import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Config } from '../../config/config.ts';
import { type DrainedDirectory, SpoolDirectory } from './spool-directory.service.ts';

let root: string;
let held: SpoolDirectory[] = [];

beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), 'latchkey-slots-')), 'deep', 'spool');
});
afterEach(() => {
  for (const directory of held) directory.release();
  held = [];
  rmSync(join(root, '..', '..'), { recursive: true });
});

function acquire(spoolDirectory = root): SpoolDirectory {
  const directory = new SpoolDirectory({ spoolDirectory } as unknown as Config);
  held.push(directory);
  return directory;
}

function release(directory: SpoolDirectory): void {
  held = held.filter(each => each !== directory);
  directory.release();
}

async function drained(directory: SpoolDirectory): Promise<DrainedDirectory[]> {
  const seen: DrainedDirectory[] = [];
  await directory.drainEnded(each => {
    seen.push({ path: each.path, spoolId: each.spoolId });
    return Promise.resolve();
  });
  return seen;
}

describe('the directory of a process', () => {
  it('is the first slot that no other process holds', () => {
    const [first, second] = [acquire(), acquire()];
    expect([first.path, second.path]).toEqual([join(root, '1'), join(root, '2')]);
    expect(first.spoolId).not.toBe(second.spoolId);
    release(first);
    expect(acquire().path).toBe(join(root, '1'));
    expect(acquire().path).toBe(join(root, '3'));
  });

  it('keeps its id from one process to the next', () => {
    const first = acquire();
    const { spoolId } = first;
    release(first);
    expect(acquire().spoolId).toBe(spoolId);
  });

  it('gets a new id if its own is lost', () => {
    const first = acquire();
    release(first);
    writeFileSync(join(first.path, 'id'), '');
    const again = acquire();
    expect(again.spoolId).not.toBe(first.spoolId);
    release(again);
    expect(acquire().spoolId).toBe(again.spoolId);
  });

  it('says which setting is wrong if it cannot be used', () => {
    mkdirSync(join(root, '..'), { recursive: true });
    writeFileSync(root, 'a file');
    expect(() => acquire()).toThrow(/spool directory .*spool cannot be used \(\w+\)\. .*LATCHKEY_SPOOL_DIR/);
  });
});

describe('a directory that was deleted under its process', () => {
  it('is created again with its id, and kept from others', () => {
    const first = acquire();
    const { path, spoolId } = first;
    expect(first.restoreDeleted()).toBe(false);
    rmSync(root, { recursive: true });
    expect([first.restoreDeleted(), first.restoreDeleted()]).toEqual([true, false]);
    expect(acquire().path).toBe(join(root, '2'));
    release(first);
    const again = acquire();
    expect([again.path, again.spoolId]).toEqual([path, spoolId]);
  });

  it.each(['id', 'slot.lock'])('gets back its file %s alone', file => {
    const first = acquire();
    const { spoolId } = first;
    rmSync(join(first.path, file));
    expect([first.restoreDeleted(), first.restoreDeleted()]).toEqual([true, false]);
    expect(acquire().path).toBe(join(root, '2'));
    release(first);
    expect(acquire().spoolId).toBe(spoolId);
  });

  it('is left to a process that has taken its place', () => {
    const first = acquire();
    rmSync(root, { recursive: true });
    const second = acquire();
    expect(second.path).toBe(first.path);
    expect(() => first.restoreDeleted()).toThrow('of another process');
    expect(second.restoreDeleted()).toBe(false);
  });
});

describe('draining', () => {
  it('visits the slots of ended processes and the directory of older releases', async () => {
    const [first, second, third] = [acquire(), acquire(), acquire()];
    const { spoolId } = first;
    release(first);
    const old = { path: root, spoolId: undefined };
    expect(await drained(second)).toEqual([{ path: join(root, '1'), spoolId }, old]);
    expect(await drained(third)).toEqual([{ path: join(root, '1'), spoolId }, old]);
    expect(acquire().spoolId).toBe(spoolId);
    expect(await drained(second)).toEqual([old]);
  });

  it('holds a slot meanwhile, also if it fails', async () => {
    const [first, second] = [acquire(), acquire()];
    release(first);
    const draining = second.drainEnded(() => {
      expect(acquire().path).toBe(join(root, '3'));
      return Promise.reject(new Error('no'));
    });
    await expect(draining).rejects.toThrow('no');
    expect(acquire().path).toBe(join(root, '1'));
  });

  it('creates no slot, and takes nothing else for one', async () => {
    const first = acquire();
    mkdirSync(join(root, 'lost+found'));
    mkdirSync(join(root, '01'));
    expect(await drained(first)).toEqual([{ path: root, spoolId: undefined }]);
    expect(existsSync(join(root, '2'))).toBe(false);
    expect(readdirSync(join(root, '01'))).toEqual([]);
  });
});
