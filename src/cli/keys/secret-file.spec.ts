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

it('writes a secret for its owner alone, under its name only when it is complete', async () => {
  const saved = await SecretFile.prepare(file, false);
  expect(await readdir(directory)).toEqual([expect.stringMatching(/^\.latchkey-/)]);
  await saved.save('secret');
  await saved.close();
  expect(await readdir(directory)).toEqual(['key']);
  expect([await readFile(file, 'utf8'), (await stat(file)).mode & 0o777]).toEqual(['secret\n', 0o600]);
});

it('leaves no file if nothing was saved', async () => {
  await (await SecretFile.prepare(file, false)).close();
  expect(await readdir(directory)).toEqual([]);
});

it('replaces a file only if it may, and with its own mode', async () => {
  await writeFile(file, 'old', { mode: 0o644 });
  await expect(SecretFile.prepare(file, false)).rejects.toThrow(`${file} already exists. Add --force`);
  const saved = await SecretFile.prepare(file, true);
  await saved.save('secret');
  await saved.close();
  expect([await readFile(file, 'utf8'), (await stat(file)).mode & 0o777]).toEqual(['secret\n', 0o600]);
});

it('keeps the secret elsewhere if a file was created meanwhile', async () => {
  const saved = await SecretFile.prepare(file, false);
  await writeFile(file, 'of another');
  await expect(saved.save('secret')).rejects.toThrow(/not saved as .* \(EEXIST\)\. It is in \S+\.latchkey-/);
  await saved.close();
  expect(await readFile(file, 'utf8')).toBe('of another');
  const [kept = ''] = (await readdir(directory)).filter(name => name !== 'key');
  expect(await readFile(join(directory, kept), 'utf8')).toBe('secret\n');
});

it.each([
  ['a directory', () => directory, 'is a directory'],
  ['a missing directory', () => join(directory, 'none', 'key'), '(ENOENT)'],
])('refuses %s as its name', async (_, name, message) => {
  await expect(SecretFile.prepare(name(), true)).rejects.toThrow(message);
});
