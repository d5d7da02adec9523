import { type FileHandle, mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { SpoolDirectory } from '../../leases/spools/spool-directory.service.ts';
import { SpoolDisk } from './spool-disk.service.ts';

let path: string;
let disk: SpoolDisk;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'latchkey-disk-'));
  const spoolDirectory: Pick<SpoolDirectory, 'path'> = { path };
  disk = new SpoolDisk(spoolDirectory as SpoolDirectory);
  await disk.onModuleInit();
});
afterEach(async () => {
  await disk.onApplicationShutdown();
  await rm(path, { recursive: true, force: true });
});

const files = async (end: string): Promise<string[]> =>
  (await readdir(path)).filter(name => name.endsWith(end)).sort();

it('has one file for each reservation, and uses them again', async () => {
  const releases = await Promise.all([disk.reserve(), disk.reserve(), disk.reserve()]);
  expect(await files('.reserved')).toHaveLength(3);
  for (const release of releases) release();
  (await disk.reserve())();
  expect(await files('.reserved')).toHaveLength(3);
});

it('writes into a reserved file, without a new one', async () => {
  const release = await disk.reserve();
  await disk.write(join(path, 'a.answer'), 'a');
  expect([await files('.reserved'), await readFile(join(path, 'a.answer'), 'utf8')]).toEqual([[], 'a']);
  release();
  release();
  const long = 'x'.repeat(100_000);
  await disk.write(join(path, 'b.answer'), long);
  expect(await readFile(join(path, 'b.answer'), 'utf8')).toBe(long);
});

it('takes no short write for a whole one', async () => {
  const release = await disk.reserve();
  const probe = await open(join(path, 'probe'), 'w');
  const handles = Object.getPrototypeOf(probe) as FileHandle;
  const write = Reflect.get(handles, 'write') as (...parameters: unknown[]) => Promise<never>;
  const short = jest.spyOn(handles, 'write').mockImplementation(function (
    this: FileHandle,
    ...[bytes, offset, , position]: unknown[]
  ) {
    return write.call(this, bytes, offset, 1, position);
  });
  try {
    await disk.write(join(path, 'a.answer'), 'an answer');
    expect(await readFile(join(path, 'a.answer'), 'utf8')).toBe('an answer');
    await expect(disk.reserve()).rejects.toThrow('no room');
  } finally {
    short.mockRestore();
    await probe.close();
    release();
  }
});

it('reserves nothing where nothing can be written, and says so', async () => {
  const onTrouble = jest.fn();
  disk.watch(onTrouble);
  (await disk.reserve())();
  expect(onTrouble).not.toHaveBeenCalled();
  await rm(path, { recursive: true });
  await expect(disk.reserve()).rejects.toMatchObject({ code: 'ENOENT' });
  expect(onTrouble).toHaveBeenCalledTimes(1);
  await expect(disk.write(join(path, 'a.answer'), 'a')).rejects.toMatchObject({ code: 'ENOENT' });
  expect(onTrouble).toHaveBeenCalledTimes(2);
});

it('writes to no file that was deleted with its directory', async () => {
  for (const release of await Promise.all([disk.reserve(), disk.reserve()])) release();
  await rm(path, { recursive: true });
  await mkdir(path);
  const release = await disk.reserve();
  expect(await files('.reserved')).toHaveLength(1);
  await disk.write(join(path, 'a.answer'), 'a');
  expect(await readFile(join(path, 'a.answer'), 'utf8')).toBe('a');
  release();
});

it('keeps few files that no attempt needs, and deletes those of a crashed process', async () => {
  const releases = await Promise.all(Array.from({ length: 50 }, () => disk.reserve()));
  expect(await files('.reserved')).toHaveLength(50);
  for (const release of releases) release();
  await disk.onApplicationShutdown();
  expect(await files('.reserved')).toEqual([]);
  await writeFile(join(path, '7.reserved'), 'left');
  await disk.onModuleInit();
  expect(await files('.reserved')).toEqual([]);
});
