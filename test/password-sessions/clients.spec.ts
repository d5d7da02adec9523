import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeAll, expect, it } from '@jest/globals';
import { Client, ok } from '@atcute/client';
import { PasswordSession } from '@atcute/password-session';
import { AtpAgent, type AtpSessionData } from '@atproto/api';
import { grantKey, type TestKey } from '../broker/issued-key.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { setClockOff, setClockRight } from '../refresher/wrong-clock.ts';
import { preparePython } from './python.ts';

const run = promisify(execFile);

const python = await preparePython();

const createdAt = new Date().toISOString();

describeBroker('programs written for app passwords', suite, { anyDatabase: true });

function suite(broker: () => TestBroker): void {
  let key: TestKey;
  beforeAll(async () => {
    key = await grantKey(broker());
  });
  afterEach(setClockRight);

  const uriOfPost = expect.stringMatching(/^at:\/\/did:plc:\w+\/app\.bsky\.feed\.post\/\w+$/);

  it('AtpAgent signs in, posts, renews by itself and resumes, with two strings changed', async () => {
    let persisted: AtpSessionData | undefined;
    const persistSession = (_event: unknown, session?: AtpSessionData): void => {
      persisted = session;
    };
    const agent = new AtpAgent({ service: broker().url, persistSession });
    await agent.login({ identifier: 'alice.test', password: key.secret });
    expect(agent.session).toMatchObject({ did: key.did, handle: 'alice.test', active: true });
    expect((await agent.post({ text: 'from AtpAgent' })).uri).toEqual(uriOfPost);
    const blob = await agent.uploadBlob(Buffer.from('a picture'), { encoding: 'image/png' });
    expect(blob.data.blob.size).toBe(9);

    setClockOff(125);
    const before = persisted?.refreshJwt;
    expect((await agent.post({ text: 'two hours later' })).uri).toEqual(uriOfPost);
    expect(persisted?.refreshJwt).not.toBe(before);
    setClockRight();

    const resumed = new AtpAgent({ service: broker().url });
    if (persisted) await resumed.resumeSession(persisted);
    expect((await resumed.post({ text: 'resumed' })).uri).toEqual(uriOfPost);
    expect([agent.pdsUrl, resumed.pdsUrl]).toEqual([undefined, undefined]);
  });

  it('AtpAgent is refused what the key lacks, and keeps its session', async () => {
    const agent = new AtpAgent({ service: broker().url });
    await agent.login({ identifier: key.did, password: key.secret });
    const chat = agent.withProxy('bsky_chat', 'did:web:api.bsky.chat');
    await expect(chat.chat.bsky.convo.listConvos()).rejects.toMatchObject({
      status: 403,
      error: 'ScopeMissing',
    });
    expect((await agent.post({ text: 'still here' })).uri).toEqual(uriOfPost);
  });

  it('AtpAgent hears of a wrong key, and ends when it signs out', async () => {
    const agent = new AtpAgent({ service: broker().url });
    const wrong = agent.login({ identifier: 'alice.test', password: `${key.secret.slice(0, -1)}x` });
    await expect(wrong).rejects.toMatchObject({ status: 401, error: 'AuthenticationRequired' });
    await agent.login({ identifier: 'alice.test', password: key.secret });
    const { session } = agent;
    await agent.logout();
    const later = new AtpAgent({ service: broker().url });
    if (session) await expect(later.resumeSession(session)).rejects.toMatchObject({ error: 'ExpiredToken' });
    expect(later.session).toBeUndefined();
  });

  it('@atcute/client signs in, posts, and renews by itself', async () => {
    const session = await PasswordSession.login({
      service: broker().url,
      identifier: 'alice.test',
      password: key.secret,
    });
    const client = new Client({ handler: session });
    const post = async (text: string): Promise<unknown> =>
      ok(
        await client.post(
          'com.atproto.repo.createRecord' as never,
          {
            input: {
              repo: key.did,
              collection: 'app.bsky.feed.post',
              record: { $type: 'app.bsky.feed.post', text, createdAt },
            },
          } as never,
        ),
      );
    expect(await post('from atcute')).toMatchObject({ uri: uriOfPost });
    const before = session.session.refreshJwt;
    setClockOff(125);
    expect(await post('two hours later')).toMatchObject({ uri: uriOfPost });
    expect(session.session.refreshJwt).not.toBe(before);
    expect(session.dispatchUrl).toContain(new URL(broker().url).host);
  });

  it('curl does what the documentation shows', async () => {
    const json = ['-sS', '-H', 'content-type: application/json'];
    const curl = async (...args: string[]): Promise<Record<string, string>> =>
      JSON.parse((await run('curl', [...json, ...args])).stdout) as Record<string, string>;
    const base = `${broker().url}/xrpc`;
    const login = JSON.stringify({ identifier: 'alice.test', password: key.secret });
    const { accessJwt = '', refreshJwt = '' } = await curl(
      `${base}/com.atproto.server.createSession`,
      '-d',
      login,
    );
    const record = { $type: 'app.bsky.feed.post', text: 'from curl', createdAt };
    const input = JSON.stringify({ repo: key.did, collection: 'app.bsky.feed.post', record });
    const bearer = (token: string): string[] => ['-H', `authorization: Bearer ${token}`];
    expect(
      await curl(`${base}/com.atproto.repo.createRecord`, ...bearer(accessJwt), '-d', input),
    ).toMatchObject({ uri: uriOfPost });
    const refresh = [`${base}/com.atproto.server.refreshSession`, '-X', 'POST', ...bearer(refreshJwt)];
    expect(await curl(...refresh)).toMatchObject({ did: key.did });
  });

  if ('missing' in python) {
    it.skip(`the Python SDK (skipped, because it cannot be installed: ${python.missing})`, () => undefined);
    return;
  }

  it('the Python SDK signs in, posts, and goes on with an exported session', async () => {
    const program = new URL('bot.py', import.meta.url);
    const output = await python.run(program, broker().url, 'alice.test', key.secret);
    expect(output.trim().split('\n')).toEqual([uriOfPost, uriOfPost, uriOfPost]);
  });
}
