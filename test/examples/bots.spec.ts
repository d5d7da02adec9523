import { execFile, type ExecFileException } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiKeys } from '../../src/api-keys/keys/api-keys.service.ts';
import { neverCarriedOut } from '../../src/client/repeat-rule.ts';
import { SessionCache } from '../../src/sessions/stored/session.cache.ts';
import manifest from '../../package.json' with { type: 'json' };
import bot from '../../examples/bot-ts/package.json' with { type: 'json' };
import { byTest, callWith, grantKey, issueKey, type TestKey } from '../broker/issued-key.ts';
import { storeSession } from '../broker/stored-session.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { blocksFor } from '../documents/document-blocks.ts';
import { preparePython, SDK } from '../password-sessions/python.ts';
import { type Reply, ScriptedBroker } from '../client/scripted-broker.ts';

const run = promisify(execFile);

const root = fileURLToPath(new URL('../../', import.meta.url));
const examples = new URL('../../examples/', import.meta.url);
const python = await preparePython();

describeBroker('the bots of the examples', suite, { anyDatabase: true });

type Ended = { code: number; stdout: string; stderr: string };

/** Installs an example as npm would, from the packages of this project. */
async function install(example: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-example-'));
  await cp(new URL(example, examples), directory, { recursive: true });
  const packages = join(directory, 'node_modules');
  await mkdir(join(packages, '@atproto'), { recursive: true });
  await symlink(join(root, 'node_modules/@atproto/api'), join(packages, '@atproto/api'));
  await symlink(root, join(packages, 'latchkey'));
  return directory;
}

async function start(program: string, args: string[], env: Record<string, string>): Promise<Ended> {
  const { PATH = '' } = process.env;
  try {
    return { code: 0, ...(await run(program, args, { env: { PATH, ...env } })) };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as ExecFileException;
    return { code: Number(code), stdout, stderr };
  }
}

function suite(broker: () => TestBroker): void {
  let key: TestKey;
  let bots: string;
  beforeAll(async () => {
    key = await grantKey(broker());
    bots = await install('bot-ts');
  });
  afterAll(() => rm(bots, { recursive: true, force: true }));

  const settings = (secret = key.secret) => ({
    LATCHKEY_URL: broker().url,
    LATCHKEY_KEY: secret,
    HANDLE: 'alice.test',
  });
  const startBot = (name: string, text: string, secret?: string): Promise<Ended> =>
    start(process.execPath, [join(bots, name), text], settings(secret));
  const startPython = (text: string, secret?: string): Promise<Ended> =>
    start('python3', [fileURLToPath(new URL('bot-python/bot.py', examples)), text], settings(secret));

  const textOf = async (printed: string): Promise<unknown> => {
    const [, , repo = '', collection = '', rkey = ''] = printed.trim().split('/');
    const query = new URLSearchParams({ repo, collection, rkey });
    const answer = await callWith(broker(), key, `GET /xrpc/com.atproto.repo.getRecord?${query.toString()}`);
    return ((await answer.json()) as { value?: { text: string } }).value?.text;
  };

  const needyKey = async (): Promise<{ key: TestKey; link: string }> => {
    const session = await storeSession(broker(), broker().network.pds, {}, 'api_key');
    const needy = await issueKey(broker(), session);
    await broker()
      .database.updateTable('oauth_session')
      .set({ status: 'needs_reauth', reason: 'revoked' })
      .where('id', '=', session.id)
      .execute();
    broker().app.get(SessionCache, { strict: false }).forget(session.id);
    return { key: needy, link: `${broker().publicUrl}/oauth/login?reconnect=${session.id}` };
  };
  const endedKey = async (): Promise<TestKey> => {
    const session = await storeSession(broker(), broker().network.pds, {}, 'api_key');
    const ended = await issueKey(broker(), session);
    await broker().app.get(ApiKeys).revoke(ended.id, undefined, byTest);
    return ended;
  };

  it.each(programsIn('examples/bot-ts/README.md', 'node'))('%s posts', async name => {
    const { code, stdout, stderr } = await startBot(name, `from ${name}`);
    expect([code, stderr]).toEqual([0, '']);
    expect(await textOf(stdout)).toBe(`from ${name}`);
  });

  const explaining = [
    ['bot.ts', (secret: string) => startBot('bot.ts', 'x', secret)] as const,
    ...('missing' in python ? [] : [['bot.py', (secret: string) => startPython('x', secret)] as const]),
  ];
  it.each(explaining)('%s says what its owner must do', async (_name, post) => {
    const { key: needy, link } = await needyKey();
    expect(await post(needy.secret)).toMatchObject({ code: 1, stderr: expect.stringContaining(link) });
    const { secret } = await endedKey();
    expect(await post(secret)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The key has ended.'),
    });
  });

  if ('missing' in python) {
    it.skip(`the bots in Python (skipped, because there is no SDK: ${python.missing})`, () => undefined);
    return;
  }

  it('bot.py posts', async () => {
    const { code, stdout, stderr } = await startPython('from bot.py');
    expect([code, stderr]).toEqual([0, '']);
    expect(await textOf(stdout)).toBe('from bot.py');
  });

  it('app_password.py posts', async () => {
    // The test network has no AppView, from which the SDK fetches a profile.
    const program = join(bots, 'started.py');
    const path = fileURLToPath(new URL('bot-python/app_password.py', examples));
    const lines = [
      'import os, runpy, sys',
      'from atproto import Client',
      '_login, _send = Client.login, Client.send_post',
      'Client.login = lambda self, *args: _login(self, *args, fetch_bsky_profile=False)',
      'Client.send_post = lambda self, **more: _send(self, profile_identify="alice.test", **more)',
      `os.environ.update(${JSON.stringify(settings())})`,
      'sys.argv[1:] = ["from app_password.py"]',
      `runpy.run_path(${JSON.stringify(path)}, run_name="__main__")`,
    ];
    await writeFile(program, lines.join('\n'));
    expect(await textOf(await python.run(pathToFileURL(program)))).toBe('from app_password.py');
  });
}

describe('bot.py', () => {
  const broker = new ScriptedBroker();
  beforeAll(() => broker.start());
  afterAll(() => broker.stop());

  const env = () => ({ LATCHKEY_URL: broker.url, LATCHKEY_KEY: 'ckapi_x' });
  const program = fileURLToPath(new URL('bot-python/bot.py', examples));
  const me: Reply = { status: 200, body: { did: 'did:plc:x' } };
  const soon = { 'retry-after': '0' };

  it('waits as told, and posts again only what was not carried out', async () => {
    if ('missing' in python) return;
    const done: Reply = { status: 200, body: { uri: 'at://done' } };
    const shuttingDown: Reply = { status: 503, headers: { ...soon, 'latchkey-error': 'ShuttingDown' } };
    broker.play({ status: 429, headers: soon }, me, shuttingDown, done);
    expect(await start('python3', [program], env())).toMatchObject({ code: 0, stdout: 'at://done\n' });
    broker.play(me, { status: 503, headers: soon }, done);
    expect(await start('python3', [program], env())).toMatchObject({ code: 1 });
    expect(broker.left).toBe(1);
  });

  it('knows the errors after which a call was not carried out', async () => {
    const text = await readFile(program, 'utf8');
    const listed = /^NEVER_CARRIED_OUT = \{([^}]*)\}/m.exec(text)?.[1] ?? '';
    expect([...listed.matchAll(/"(\w+)"/g)].map(([, code]) => code)).toEqual(neverCarriedOut);
    const page = await readFile(join(root, 'docs/bots.md'), 'utf8');
    const documented = /A 503 whose.*was certainly not carried out/.exec(page)?.[0];
    for (const code of neverCarriedOut.filter(name => name !== 'TooManyRequests'))
      expect(documented).toContain(`\`${code}\``);
  });
});

/** Returns the programs that the README of an example starts. */
function programsIn(document: string, runtime: string): string[] {
  const lines = blocksFor('test/examples/bots.spec.ts')
    .filter(block => block.document === document)
    .flatMap(({ text }) => text.split('\n'));
  return lines.flatMap(line => new RegExp(`^${runtime} (\\S+) "Good morning"`).exec(line)?.[1] ?? []);
}

describe('the READMEs of the examples', () => {
  it('start each program', async () => {
    for (const [example, runtime, ending] of [
      ['bot-ts', 'node', '.ts'],
      ['bot-python', 'python3', '.py'],
    ] as const) {
      const files = await readdir(new URL(example, examples));
      expect(programsIn(`examples/${example}/README.md`, runtime).sort()).toEqual(
        files.filter(name => name.endsWith(ending)).sort(),
      );
    }
  });

  it('set what the programs read', () => {
    const blocks = blocksFor('test/examples/bots.spec.ts');
    for (const { text } of blocks)
      expect(text).toMatch(/^export LATCHKEY_URL=\S+ LATCHKEY_KEY=\S+ HANDLE=\S+$/m);
    expect(blocks).toHaveLength(2);
  });
});

describe('the packages of the examples', () => {
  it('are those that this project tests', async () => {
    expect(bot.dependencies['@atproto/api']).toBe(manifest.devDependencies['@atproto/api']);
    // Until it is published.
    expect(bot.dependencies.latchkey).toBe('file:../..');
    expect((await readFile(new URL('bot-python/requirements.txt', examples), 'utf8')).trim()).toBe(SDK);
  });
});
