import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseEnv, promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SessionCache } from '../../src/sessions/stored/session.cache.ts';
import { codeSamples, dotEnv } from '../../src/web/account/secrets/code-samples.ts';
import { grantKey, type TestKey } from '../broker/issued-key.ts';
import { storeCookie, storeSession } from '../broker/stored-session.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { preparePython } from '../password-sessions/python.ts';

const run = promisify(execFile);
const python = await preparePython();

describeBroker('the examples on the page of a new key', suite, { anyDatabase: true });

function suite(broker: () => TestBroker): void {
  let key: TestKey;
  let folder: string;
  const posts: (string | undefined)[] = [];
  beforeAll(async () => {
    key = await grantKey(broker(), 'alice.test', { scope: 'atproto repo:app.bsky.feed.post' });
    folder = await mkdtemp(join(tmpdir(), 'latchkey-samples-'));
    await writeFile(join(folder, '.env'), sample('env'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const sample = (id: string): string => {
    const facts = { baseUrl: broker().url, did: key.did };
    return codeSamples(facts, key.secret).find(one => one.id === id)?.code ?? '';
  };
  /** Reads the post that a sample says it wrote. Others write posts of this account meanwhile. */
  const expectPost = async (output: Promise<unknown>): Promise<void> => {
    const said = JSON.stringify(await output);
    const [uri, rkey = ''] = new RegExp(`at://${key.did}/app\\.bsky\\.feed\\.post/(\\w+)`).exec(said) ?? [];
    expect(uri).toBeDefined();
    const query = new URLSearchParams({ repo: key.did, collection: 'app.bsky.feed.post', rkey });
    const answer = await fetch(`${broker().network.pds}/xrpc/com.atproto.repo.getRecord?${query}`);
    expect(await answer.json()).toMatchObject({ uri });
    expect(posts).not.toContain(uri);
    posts.push(uri);
  };

  it('write a post with curl', async () => {
    await expectPost(run('sh', ['-c', sample('curl')], { cwd: folder }));
  });

  it('write a post with TypeScript', async () => {
    // Packages are found from the working folder, which is that of the project.
    const options = [`--env-file=${join(folder, '.env')}`, '--input-type=module-typescript', '-e'];
    await expectPost(run(process.execPath, [...options, sample('typescript')]));
  });

  it('write a post with Python, or are at least Python', async () => {
    const file = join(folder, 'post.py');
    await writeFile(file, sample('python'));
    if ('missing' in python) {
      await run('python3', ['-c', 'import ast, sys; ast.parse(open(sys.argv[1]).read())', file]);
      return;
    }
    process.env.LATCHKEY_KEY = key.secret;
    try {
      await expectPost(python.run(pathToFileURL(file)));
    } finally {
      delete process.env.LATCHKEY_KEY;
    }
  });

  it('are a file of variables, which can be downloaded', async () => {
    const variables = { LATCHKEY_URL: broker().url, LATCHKEY_DID: key.did, LATCHKEY_KEY: key.secret };
    expect(parseEnv(sample('env'))).toEqual(variables);
    const answer = await send(`/account/keys/${key.id}/env`);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="latchkey.env"');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.text()).toBe(dotEnv({ baseUrl: broker().url, did: key.did }, key.secret));
  });

  it('are beside a button that tests the key, and shows it again', async () => {
    const page = await (await send(`/account/keys/${key.id}/try`)).text();
    expect(page).toContain('data-note="works"');
    expect(page).toContain(key.secret);
  });

  it('test no key of another account, no other secret, and none that needs its owner', async () => {
    const other = `ckapi_${'0'.repeat(64)}`;
    expect((await send(`/account/keys/${key.id}/try`, { secret: other })).status).toBe(401);
    expect((await send(`/account/keys/${key.id}/try`, { handle: 'bob.test' })).status).toBe(404);
    expect((await send(`/account/keys/${key.id}/env`, { secret: other })).status).toBe(401);
    expect((await send(`/account/keys/${key.id}/try`, { secret: 'x' })).status).toBe(400);
    const needsOwner = { status: 'needs_reauth', reason: 'idle' } as const;
    const sessions = broker().database.updateTable('oauth_session').set(needsOwner);
    await sessions.where('id', '=', key.sessionId).execute();
    broker().app.get(SessionCache).forget(key.sessionId);
    const page = await (await send(`/account/keys/${key.id}/try`)).text();
    expect(page).toContain('data-problem="ReauthorizationRequired"');
  });

  /** Sends the form of the page, from a browser that is signed in. */
  async function send(
    path: string,
    { secret = key.secret, handle = 'alice.test' }: { secret?: string; handle?: string } = {},
  ): Promise<Response> {
    const session = await storeSession(broker(), broker().network.pds, {
      did: accountOf(broker(), handle).did,
    });
    return fetch(broker().url + path, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        cookie: `latchkey=${await storeCookie(broker(), session)}`,
        origin: broker().url,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'text/html',
      },
      body: new URLSearchParams({ secret }),
    });
  }
}
