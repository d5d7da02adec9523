import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SessionCache } from '../../src/sessions/stored/session.cache.ts';
import { SessionSecretsBox } from '../../src/sessions/stored/session-secrets.service.ts';
import { freePorts } from '../network/free-ports.ts';
import { issuerDocumentAt } from '../network/issuer-documents.ts';
import { listenOnLoopback, type LoopbackServer } from '../network/loopback-server.ts';
import { until } from '../until.ts';
import { describeFaults } from './describe-faults.ts';
import { moveRefusalTime, type RefusalTime } from './refusal-time.ts';
import type { TestSession } from './test-session.ts';

type Answer = { status: number; body: string };

const word = (status: number, error: string): Answer => ({ status, body: JSON.stringify({ error }) });

/** How servers say that they do not have an account, or have it no more. */
const absences: [name: string, answer: Answer][] = [
  ['RepoNotFound', word(400, 'RepoNotFound')],
  ['AccountDeactivated', word(401, 'AccountDeactivated')],
  ['404 for everything', { status: 404, body: '<h1>Not Found</h1>' }],
];

describeFaults('an account that moves', place => {
  let time: RefusalTime;
  let server: LoopbackServer | undefined;
  beforeEach(() => {
    time = moveRefusalTime();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await server?.stop();
    server = undefined;
  });

  const pdsOf = async ({ id, broker }: TestSession): Promise<string> => {
    const row = await broker.database
      .selectFrom('oauth_session')
      .select('pds')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return row.pds;
  };

  describe('to another server of its issuer', () => {
    /** A session that still names the server at which its account was before. */
    const sessionFrom = async (pds: string): Promise<TestSession> => {
      const session = await place().signIn();
      const { database, app } = session.broker;
      const row = await database
        .selectFrom('oauth_session')
        .selectAll()
        .where('id', '=', session.id)
        .executeTakeFirstOrThrow();
      const box = app.get(SessionSecretsBox);
      const sealed = box.seal(box.open(row.sealed ?? '', row), { ...row, pds });
      await database.updateTable('oauth_session').set({ pds, sealed }).where('id', '=', session.id).execute();
      app.get(SessionCache).forget(session.id);
      return session;
    };
    const isAtNewServer = async (session: TestSession): Promise<void> => {
      const { pds } = place().network;
      await until(
        'the session has its new server',
        () => pdsOf(session),
        found => found === pds,
      );
      expect(await session.call()).toMatchObject({ status: 200 });
    };

    it.each(absences)('is found there after its old one says %s', async (_name, { status, body }) => {
      server = await listenOnLoopback();
      server.answerWith((_request, response) => response.writeHead(status).end(body));
      const session = await sessionFrom(`http://localhost:${server.port}`);
      await session.browser.get('/xrpc/com.example.anything');
      await isAtNewServer(session);
    });

    it('is found there after its old one was unreachable for a minute', async () => {
      const [port = 0] = await freePorts(1);
      const session = await sessionFrom(`http://localhost:${port}`);
      expect(await session.call()).toMatchObject({ status: 502, retryAfter: '5' });
      expect(await pdsOf(session)).not.toBe(place().network.pds);
      time.pass(61);
      expect(await session.call()).toMatchObject({ status: 502 });
      await isAtNewServer(session);
    });
  });

  describe('to another issuer', () => {
    const moveTo = async (answer: Answer | undefined): Promise<TestSession> => {
      const session = await place().signIn();
      server = await listenOnLoopback();
      const origin = `http://localhost:${server.port}`;
      server.answerWith((request, response) => {
        const document = issuerDocumentAt(new URL(request.url ?? '/', origin));
        response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' });
        response.end(JSON.stringify(document ?? {}));
      });
      const { network } = place();
      const rewrite = { kind: 'rewrite', from: network.pds, to: origin } as const;
      await network.armFault({ match: { server: 'plc', path: '/*' }, effect: rewrite });
      if (!answer) return session;
      const effect = { kind: 'answer', moment: 'before', ...answer } as const;
      await network.armFault({ match: { server: 'pds', path: '/xrpc/*' }, effect });
      return session;
    };

    it.each([
      ...absences,
      ['that it is not active', { status: 200, body: JSON.stringify({ did: '{did}', active: false }) }],
    ])('needs its owner after some minutes, if its old server says %s', async (_name, { status, body }) => {
      const [account] = place().network.accounts;
      const session = await moveTo({ status, body: body.replace('{did}', account?.did ?? '') });
      await session.browser.get('/xrpc/com.example.anything');
      if (status === 200) await session.refresh();
      await until(
        'the move was noticed',
        () => session.state(),
        ({ failures }) => failures === 1,
      );
      time.pass(61);
      await session.refresh();
      expect(await session.state()).toMatchObject({ status: 'active', failures: 2 });
      time.pass(61);
      await session.refresh();
      expect(await session.state()).toMatchObject({ status: 'needs_reauth', reason: 'account_moved' });
      expect(await session.call()).toMatchObject({ status: 401 });
    });

    it('needs nobody while its old server serves it', async () => {
      const session = await moveTo(undefined);
      for (let look = 0; look < 4; look++) {
        await session.refresh();
        time.pass(61);
      }
      expect(await session.state()).toMatchObject({ status: 'active', failures: 4 });
      expect(await session.call()).toMatchObject({ status: 200 });
    });

    it('needs nobody while the directory is away', async () => {
      const session = await place().signIn();
      const { network } = place();
      await network.armFault({
        match: { server: 'plc', path: '/*' },
        effect: { kind: 'reset', moment: 'before' },
      });
      const gone = { kind: 'answer', moment: 'before', status: 404, body: '' } as const;
      await network.armFault({ match: { server: 'pds', path: '/xrpc/*' }, effect: gone });
      for (let look = 0; look < 3; look++) {
        await session.browser.get('/xrpc/com.example.anything');
        await session.refresh();
        time.pass(61);
      }
      expect(await session.state()).toMatchObject({ status: 'active', reason: null });
    });
  });
});
