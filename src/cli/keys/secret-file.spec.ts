import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { SecretFile } from './secret-file.ts';

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-secret-'));
  file = join(directory, 'key');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it('is for its owner alone, and there only when it is whole', async () => {
  const saved = await SecretFile.prepare(file, false);
  expect(await readdir(directory)).toEqual([expect.stringMatching(/^\.latchkey-/)]);
  await saved.save('secret');
  await saved.close();
  expect(await readdir(directory)).toEqual(['key']);
  expect([await readFile(file, 'utf8'), (await stat(file)).mode & 0o777]).toEqual(['secret\n', 0o600]);
});

it('leaves nothing where nothing was saved', async () => {
  await (await SecretFile.prepare(file, false)).close();
  expect(await readdir(directory)).toEqual([]);
});

it('replaces a file only where it may, and with its own mode', async () => {
  await writeFile(file, 'old', { mode: 0o644 });
  await expect(SecretFile.prepare(file, false)).rejects.toThrow(`${file} is there already; --force`);
  const saved = await SecretFile.prepare(file, true);
  await saved.save('secret');
  await saved.close();
  expect([await readFile(file, 'utf8'), (await stat(file)).mode & 0o777]).toEqual(['secret\n', 0o600]);
});

it('keeps the secret elsewhere when a file came in the meantime', async () => {
  const saved = await SecretFile.prepare(file, false);
  await writeFile(file, 'of another');
  await expect(saved.save('secret')).rejects.toThrow(/not saved as .* \(EEXIST\); it is in \S+\.latchkey-/);
  await saved.close();
  expect(await readFile(file, 'utf8')).toBe('of another');
  const [kept = ''] = (await readdir(directory)).filter(name => name !== 'key');
  expect(await readFile(join(directory, kept), 'utf8')).toBe('secret\n');
});

it.each([
  ['a directory', () => directory, 'is a directory'],
  ['no place', () => join(directory, 'none', 'key'), '(ENOENT)'],
])('cannot be %s', async (_, name, message) => {
  await expect(SecretFile.prepare(name(), true)).rejects.toThrow(message);
});
