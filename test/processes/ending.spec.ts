import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import type { BrowserClient } from '../network/browser-client.ts';
import { readPost, writePost } from '../network/posting.ts';
import { type Deployment, describeDeployments } from './deployment.ts';

describeDeployments('a broker that is stopped', deployment => {
  it('finishes its running requests, and exits with success', async () => {
    const broker = await deployment().start();
    const browser = await signedIn(deployment());
    const upload = beginUpload(browser);
    await upload.underWay;

    const ended = broker.stop();
    await isClosed(broker.url);
    expect(await upload.finish()).toMatchObject({ status: 200, body: { blob: { size: 2 } } });
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  it('works again after a crash, with all browsers signed in', async () => {
    const first = await deployment().start();
    const browser = await signedIn(deployment());
    const [alice] = deployment().network.accounts;
    if (!alice) throw new Error('the network has no accounts');
    const uri = await writePost(browser, alice.did, 'before the crash');
    first.kill('SIGKILL');
    expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });

    await deployment().start();
    expect(await readPost(browser, uri)).toBe('before the crash');
  });
});

describeDeployments(
  'a broker that is stopped during an endless request',
  deployment => {
    it('exits after a time limit', async () => {
      const broker = await deployment().start();
      const upload = beginUpload(await signedIn(deployment()));
      await upload.underWay;
      // `stop` sends SIGKILL after 10 s: an exit code says that it was not needed.
      expect(await broker.stop()).toEqual({ code: 0, signal: null });
      await upload.abandoned;
    });
  },
  'sqlite',
);

async function signedIn(deployment: Deployment): Promise<BrowserClient> {
  const browser = deployment.browser();
  const [alice] = deployment.network.accounts;
  if (!alice) throw new Error('the network has no accounts');
  await browser.login(alice.handle, alice);
  return browser;
}

type Upload = {
  /** Settles when the broker reads the body. */
  underWay: Promise<unknown>;
  finish: () => Promise<{ status: number | undefined; body: unknown }>;
  /** Settles when the broker has closed the connection. */
  abandoned: Promise<unknown>;
};

/** Starts to upload a blob of two bytes, and withholds the second one. */
function beginUpload(browser: BrowserClient): Upload {
  const outgoing = request(new URL('/xrpc/com.atproto.repo.uploadBlob', browser.broker), {
    method: 'POST',
    headers: {
      cookie: `latchkey=${browser.cookie('latchkey') ?? ''}`,
      'content-type': 'text/plain',
      'content-length': 2,
      'x-latchkey-csrf': '1',
      expect: '100-continue',
    },
  });
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  outgoing.flushHeaders();
  const underWay = once(outgoing, 'continue').then(() => outgoing.write('h'));
  return {
    underWay,
    finish: async () => {
      outgoing.end('i');
      const [answer] = await answered;
      return { status: answer.statusCode, body: await json(answer) };
    },
    abandoned: answered.catch((error: unknown) => error),
  };
}

/** Waits until a broker accepts no new connection. */
async function isClosed(url: string): Promise<void> {
  while (
    await fetch(`${url}/livez`).then(
      ({ ok }) => ok,
      () => false,
    )
  );
}
