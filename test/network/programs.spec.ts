import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { BrowserClient } from './browser-client.ts';
import { readPost, whoAmI, writePost } from './posting.ts';
import type { Sandbox } from './start-sandbox.ts';

type Ended = { code: number | null; stdout: string; stderr: string };

const variants = [[], ['--confidential'], ['--database', 'postgres', '--brokers', '2']].filter(
  args => process.env.DIALECTS !== 'sqlite' || !args.includes('postgres'),
);

/** Runs a program of this folder like `npm run`. With `use`, stops it after `use` has handled its first output. */
async function run(program: string, args: string[], use?: (output: string) => Promise<void>): Promise<Ended> {
  const { PATH = '', HOME = '' } = process.env;
  const script = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(process.execPath, [script, ...args], { env: { PATH, HOME } });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const ended = Promise.all([closed, text(child.stdout), text(child.stderr)]).then(
    ([[code], stdout, stderr]) => ({ code, stdout, stderr }),
  );
  if (use) await use(await firstOutput(child, ended)).finally(() => child.kill('SIGTERM'));
  return ended;
}

async function firstOutput(child: ChildProcess, ended: Promise<Ended>): Promise<string> {
  const tooEarly = ended.then(({ stderr }) => {
    throw new Error(`the program ended without output:\n${stderr}`);
  });
  const [chunk] = (await Promise.race([once(child.stdout ?? child, 'data'), tooEarly])) as [Buffer];
  return chunk.toString();
}

async function isReachable(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

async function postAsAlice({ accounts: [alice], ...sandbox }: Sandbox): Promise<void> {
  if (alice === undefined) throw new Error('the sandbox has no accounts');
  const browser = new BrowserClient(sandbox);
  await browser.login(alice.handle, alice);
  const through = browser.through(sandbox.brokers.at(-1) ?? '');
  expect(await whoAmI(through)).toMatchObject({ did: alice.did, handle: 'alice.test' });
  expect(await readPost(through, await writePost(browser, alice.did, 'from a test'))).toBe('from a test');
}

describe('the sandbox', () => {
  it.each(variants.map(args => ({ args })))(
    'prints one JSON line, lets a person log in and post, and exits with its children: $args',
    async ({ args }) => {
      const addresses: string[] = [];
      const ended = await run('sandbox.ts', args, async line => {
        const { ready, ...sandbox } = JSON.parse(line) as Sandbox & { ready: boolean };
        expect(ready).toBe(true);
        await postAsAlice(sandbox);
        addresses.push(...sandbox.brokers, sandbox.pds, sandbox.plc);
      });
      expect(ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\{.*\}\n$/) });
      expect(addresses.length).toBeGreaterThanOrEqual(3);
      expect(await Promise.all(addresses.map(isReachable))).not.toContain(true);
    },
  );

  it('refuses a wrong command line with one line and exit code 2', async () => {
    const ended = await run('sandbox.ts', ['--brokers', '2']);
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^.*postgres.*\n$/) });
  });
});

describe('the demo', () => {
  it('tells its story once, with a tick at every step, and succeeds', async () => {
    const { code, stdout } = await run('demo.ts', ['--once']);
    expect(code).toBe(0);
    expect(stdout.match(/^ {2}✓ /gm)).toHaveLength(8);
    // The bot posts before and after the refresh, and with the new key.
    expect(stdout).toMatch(/"Hello from Latchkey, .*" "It rains\." "Still raining\." "It rains\."/);
    expect(stdout).not.toMatch(/ckapi_[0-9a-f]{64}/);
    expect(stdout).not.toContain('\u001b');
  });
});
