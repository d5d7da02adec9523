import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callWith } from '../broker/issued-key.ts';
import { runLatchkey } from '../broker/latchkey-command.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';
import { authorizeKey, claimCodeOf } from '../network/key-asker.ts';
import type { Account } from '../network/network-control.ts';
import { KeysCommand } from './keys-command.ts';

const KEY_LINE = /^ckapi_[0-9a-f]{64}\n$/;
const WRONG = '0000-0000';

describeBroker('latchkey keys', suite, { anyDatabase: true });

function suite(broker: () => TestBroker): void {
  let alice: Account;
  let directory: string;
  beforeAll(async () => {
    alice = accountOf(broker(), 'alice.test');
    directory = await mkdtemp(join(tmpdir(), 'latchkey-keys-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const create = (...args: string[]): KeysCommand => {
    const asked = ['alice.test', '--broker', broker().url, '--scope', 'atproto transition:generic'];
    return new KeysCommand(['create', ...asked, ...args]);
  };
  const authorize = (id: string): Promise<Response> => authorizeKey(broker().browser(), { id }, alice);
  const statusWith = async (secret: string): Promise<number> =>
    (await callWith(broker(), { secret }, 'GET /api/me')).status;

  describe('create', () => {
    it("gets the code from the owner's browser, and prints only the key", async () => {
      const command = create('--name', 'a bot', '--expires', '30');
      const id = await command.requestId();
      const answer = await authorize(id);
      const target = new URL(answer.headers.get('location') ?? '');
      expect([answer.status, target.hostname, target.searchParams.get('request')]).toEqual([
        303,
        '127.0.0.1',
        id,
      ]);
      const elsewhere = new URL('/', target);
      const ofAnother = Object.assign(new URL(target), { search: `?request=${alice.did}&code=${WRONG}` });
      for (const url of [elsewhere, ofAnother]) expect((await exchange(url)).status).toBe(404);
      const page = await exchange(target);
      expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('close this page')]);
      expect(await command.exited).toBe(0);
      expect(command.stdout).toMatch(KEY_LINE);
      expect(command.stderr).not.toContain(command.stdout.trim());
      expect(await statusWith(command.stdout.trim())).toBe(200);
    });

    it('reads the code from the keyboard, says how many tries are left, and saves the key', async () => {
      const file = join(directory, 'key');
      const command = create('--no-loopback', '--save', file, '--json');
      const code = await claimCodeOf(await authorize(await command.requestId()));
      await command.told('The code that the owner was shown:');
      command.type(WRONG);
      await command.told('4 more times');
      command.type(`  ${code.toLowerCase()} `);
      expect(await command.exited).toBe(0);
      const secret = await readFile(file, 'utf8');
      expect(secret).toMatch(KEY_LINE);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(JSON.parse(command.stdout)).toMatchObject({ did: alice.did, savedAs: file, expiresAt: null });
      expect(command.stdout + command.stderr).not.toContain(secret.trim());
      expect(await readdir(directory)).toEqual(['key']);
    });

    it('replaces a file only with --force, and otherwise requests no key', async () => {
      const file = join(directory, 'kept');
      await writeFile(file, 'kept');
      const command = create('--save', file);
      expect([await command.exited, command.stdout]).toEqual([1, '']);
      expect(command.stderr).toBe(`latchkey: ${file} already exists. Add --force to replace it.\n`);
      await rm(file);
    });

    it('reports the outcome by its exit code', async () => {
      const [denied, guessed, interrupted] = [
        create(),
        create('--no-loopback'),
        create('--save', join(directory, 'x')),
      ];
      const usage = new KeysCommand(['create', 'alice.test', '--broker', broker().url]);
      expect(await usage.exited).toBe(2);
      expect(usage.stderr).toContain('Say with --scope what the key may do. The broker offers:');
      expect(usage.stderr).toMatch(/ {2}post: Create posts.*\n {2}all: /);
      const id = await denied.requestId();
      expect((await broker().browser().submit(`/connect/${id}/deny`, {})).status).toBeLessThan(400);
      await authorize(await guessed.requestId());
      for (let at = 0; at < 5; at++) guessed.type(WRONG);
      await interrupted.requestId();
      interrupted.kill('SIGINT');
      expect(await interrupted.exited).toBe(130);
      expect(interrupted.stderr).toContain('latchkey: Interrupted.');
      expect(await denied.exited).toBe(3);
      expect(await guessed.exited).toBe(5);
      for (const { stdout } of [denied, guessed, interrupted]) expect(stdout).toBe('');
      expect(await readdir(directory)).toEqual(['key']);
    });
  });

  it('creates keys with presets, with parts, and with a date as their end', async () => {
    const until = new Date(Date.now() + 5 * 86_400_000);
    const day = [until.getFullYear(), until.getMonth() + 1, until.getDate()];
    const date = day.map(number => String(number).padStart(2, '0')).join('-');
    for (const [scope, granted, expires] of [
      ['post', 'atproto repo:app.bsky.feed.post blob:image/* blob:video/*', date],
      ['blob:image/png repo:app.bsky.feed.like', 'atproto blob:image/png repo:app.bsky.feed.like', '300'],
    ] as const) {
      const asked = ['alice.test', '--broker', broker().url, '--scope', scope, '--expires', expires];
      const command = new KeysCommand(['create', ...asked, '--json']);
      await exchange(new URL((await authorize(await command.requestId())).headers.get('location') ?? ''));
      expect(await command.exited).toBe(0);
      const key = JSON.parse(command.stdout) as Record<'scope' | 'expiresAt' | 'needsOwnerBy', string>;
      expect(key.scope).toBe(granted);
      const days = Math.round((Date.parse(key.expiresAt) - Date.now()) / 86_400_000);
      expect(days).toBe(expires === date ? 5 : 300);
      const told = key.needsOwnerBy.slice(0, 16).replace('T', ' ');
      expect(command.stderr).toContain(
        expires === date ? `It ends on ${told} UTC` : `It needs its owner by ${told} UTC`,
      );
    }
  });

  it('lists and revokes keys for the operator', async () => {
    const list = await runLatchkey(broker(), 'keys', 'list', '--did', alice.did);
    expect(list).toMatch(/^ID +START +ACCOUNT +STATUS +ENDS +LAST USED +NAME\n/);
    expect(list).toMatch(
      new RegExp(`\\n\\S{36} +ckapi_\\w{6} +${alice.did} +active +\\S+Z +\\S+ +a bot$`, 'm'),
    );
    const { keys } = JSON.parse(await runLatchkey(broker(), 'keys', 'list', '--json')) as {
      keys: { id: string }[];
    };
    const [{ id } = { id: '' }] = keys;
    expect(await runLatchkey(broker(), 'keys', 'revoke', id)).toBe(`${id} is revoked.`);
    expect(await runLatchkey(broker(), 'keys', 'list')).toMatch(
      new RegExp(`^${id} +\\S+ +\\S+ +revoked `, 'm'),
    );
    await expect(runLatchkey(broker(), 'keys', 'revoke', 'none')).rejects.toThrow(/^NotFound: /);
  });
}
