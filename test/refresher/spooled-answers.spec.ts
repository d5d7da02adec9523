import { mkdtempSync } from 'node:fs';
import { mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { Sweeper } from '../../src/background/sweeps/sweeper.service.ts';
import { AnswerSpool, type SpooledAnswer } from '../../src/sessions/answers/answer-spool.service.ts';
import { AnswerStore } from '../../src/sessions/answers/answer-store.service.ts';
import { AnswerRepository } from '../../src/sessions/answers/answer.repository.ts';
import { toRefreshedGrant } from '../../src/sessions/answers/refreshed-grant.ts';
import { SessionRepository } from '../../src/sessions/stored/session.repository.ts';
import { SpoolDisk } from '../../src/single-use/spool/spool-disk.service.ts';
import { SpoolProof } from '../../src/single-use/spool/spool-proof.service.ts';
import { putInCheck, suspendSession } from '../broker/stored-session.ts';
import { asId } from '../ids.ts';
import { send } from '../network/strict-network.ts';
import { until } from '../until.ts';
import { answerAsIssued, describeStrictPlace, secretsOf, type StrictPlace } from './strict-place.ts';
import { TestSession } from './test-session.ts';

const FUZZED_FILES = process.env.TEST_LONG ? 10_000 : 200;

const spool = mkdtempSync(join(tmpdir(), 'latchkey-spooled-'));
afterAll(() => rm(spool, { recursive: true }));

describeStrictPlace('an answer on disk', suite, { settings: { LATCHKEY_SPOOL_DIR: spool } });

function suite(place: () => StrictPlace): void {
  const slot = (): string => place().broker.app.get(SpoolDisk).path;
  const sealedFiles = async (): Promise<string[]> =>
    (await readdir(slot())).filter(name => /\.(answer|native|unread)$/.test(name));
  afterEach(async () => {
    place().onRefresh = answerAsIssued;
    for (const name of await sealedFiles()) await rm(join(slot(), name));
  });

  it('is stored by a start that waits for no other file, whatever is in the spool', async () => {
    const session = await place().signIn();
    const answer = await answerFor(session);
    const answerSpool = place().broker.app.get(AnswerSpool);
    await answerSpool.write(answer);
    for (const odd of fc.sample(oddAnswers(answer), FUZZED_FILES)) await answerSpool.write(odd);
    for (let files = 0; files < 50; files++)
      await writeFile(join(slot(), `${randomUUID()}.answer`), randomBytes(files * 10));
    const stored = `${answer.sessionId}.${answer.attemptId}.answer`;
    await place().restart();
    await until('the answer is stored', sealedFiles, names => !names.includes(stored));
    const { accessToken, refreshToken } = answer.tokens;
    const restarted = at(place(), session);
    expect(await secretsOf(restarted)).toMatchObject({ accessToken, refreshToken });
    expect(await restarted.state()).toMatchObject({ status: 'active', generation: answer.generation + 1 });
    expect((await sealedFiles()).length).toBeGreaterThan(0);
    const { logLines } = place().broker;
    expect(logLines.some(line => line.includes('spooled answer cannot be stored'))).toBe(true);
  });

  it.each([
    ['a lifetime of an older version', { expiresInSeconds: 1e20 }],
    ['no lifetime', { expiresInSeconds: undefined }],
    ['a scope with NUL', { scope: 'atproto \0' }],
    ['a scope with half a surrogate pair', { scope: 'atproto \ud800' }],
  ])('with %s is stored by the next start', async (_name, odd) => {
    const session = await place().signIn();
    const answer = await answerFor(session);
    const tokens = { ...answer.tokens, ...odd } as SpooledAnswer['tokens'];
    await place()
      .broker.app.get(AnswerSpool)
      .write({ ...answer, tokens });
    await place().restart();
    await until('the spool is empty', sealedFiles, names => names.length === 0);
    expect(await at(place(), session).state()).toMatchObject({ status: 'active', generation: 2 });
  });

  it('keeps the refresh token of its session from being sent', async () => {
    const session = await place().signIn();
    const { broker } = place();
    const file = join(slot(), `${session.id}.${randomUUID()}.answer`);
    await place().restart(() => writeFile(file, 'unreadable'));
    const waiting = at(place(), session);
    const requests = place().network.tokenRequests;
    expect(await waiting.refresh()).toEqual({ kind: 'skipped' });
    expect(place().network.tokenRequests).toBe(requests);
    expect(await waiting.call()).toMatchObject({ status: 200 });
    const other = await place().signIn();
    expect(await other.refresh()).toEqual({ kind: 'refreshed' });
    expect(broker).not.toBe(place().broker);
  });

  it('revives a session that was given up for lack of it', async () => {
    const session = await place().signIn();
    const answer = await answerFor(session);
    await session.broker.database
      .updateTable('oauth_session')
      .set({ status: 'needs_reauth', reason: 'response_lost', generation: answer.generation + 1 })
      .where('id', '=', session.id)
      .execute();
    await place().broker.app.get(AnswerSpool).write(answer);
    await place().restart();
    await until('the spool is empty', sealedFiles, names => names.length === 0);
    const state = { status: 'active', reason: null, generation: answer.generation + 2 };
    expect(await at(place(), session).state()).toMatchObject(state);
  });

  it('becomes a grant to revoke if its session was signed out, and nothing waits for the issuer', async () => {
    const session = await place().signIn();
    const { network } = place();
    const [arrived, answer] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    place().onRefresh = async ({ judge, hasNonce }, response) => {
      const judged = await judge();
      if (hasNonce) arrived.resolve(undefined);
      if (hasNonce) await answer.promise;
      send(response, judged);
    };
    const revoke = network.issuer.revoke.bind(network.issuer);
    network.issuer.revoke = () => new Promise(() => undefined) as never;
    const refreshing = session.refresh();
    await arrived.promise;
    const signedOut = session.browser.post('/oauth/logout', {});
    await until(
      'the session is signed out',
      () => session.state(),
      ({ status }) => status === 'revoking',
    );
    answer.resolve(undefined);
    await refreshing;
    expect(await sealedFiles()).toEqual([]);
    const sessions = place().broker.app.get(SessionRepository);
    expect(await sessions.listRevoking(10)).toHaveLength(2);
    await signedOut;
    await place().restart();
    network.issuer.revoke = revoke;
    await place().broker.app.get(Sweeper).run();
    expect(await place().broker.app.get(SessionRepository).listRevoking(10)).toEqual([]);
    const grants = network.issuer.list().filter(({ end }) => end === 'revocation');
    expect(grants).toHaveLength(1);
  });

  it('is stored only in the row that was read', async () => {
    const session = await place().signIn();
    const { app, database } = place().broker;
    const read = await app.get(SessionRepository).findSession(session.id);
    if (!read?.secrets) throw new Error('the session has no secrets');
    const { tokens, pds } = await answerFor(session);
    const grant = {
      ...toRefreshedGrant(read, read.secrets, { tokens, pds, sentAt: new Date() }),
      flaw: null,
    };
    const row = database.updateTable('oauth_session').where('id', '=', session.id);
    const store = (): Promise<boolean> => app.get(AnswerRepository).storeAnswer(read.generation, read, grant);
    for (const change of [{ status: 'revoking' }, { generation: 7 }] as const) {
      await row.set(change).execute();
      expect(await store()).toBe(false);
      await row.set({ status: read.status, generation: read.generation }).execute();
    }
    expect(await store()).toBe(true);
  });

  it.each([
    ['given up', suspendSession],
    ['put in check', putInCheck],
  ])('is stored although its session is %s meanwhile', async (_change, change) => {
    const session = await place().signIn();
    const { app, database } = place().broker;
    const answerRows = app.get(AnswerRepository);
    const store = answerRows.storeAnswer.bind(answerRows);
    jest.spyOn(answerRows, 'storeAnswer').mockImplementationOnce(async (...parameters) => {
      await change(place().broker, session.id);
      return store(...parameters);
    });
    expect(await app.get(AnswerStore).deliver(await answerFor(session)).stored).toBe('stored');
    const row = database.selectFrom('oauth_session').selectAll().where('id', '=', session.id);
    expect(await row.executeTakeFirst()).toMatchObject({
      ...{ status: 'active', reason: null, generation: 2 },
      ...{ needs_reauth_at: null, rolled_back_at: null },
    });
  });

  it('becomes one grant to revoke, however often it is stored after its session has ended', async () => {
    const session = await place().signIn();
    const answer = await answerFor(session);
    const { app, database } = place().broker;
    await database
      .updateTable('oauth_session')
      .set({ status: 'revoked', sealed: null })
      .where('id', '=', session.id)
      .execute();
    const store = (): Promise<string> => app.get(AnswerStore).deliver(answer).stored;
    expect([await store(), await store()]).toEqual(['superseded', 'superseded']);
    const aside = database
      .selectFrom('oauth_session')
      .select('status')
      .where('id', '=', asId(answer.attemptId));
    expect(await aside.execute()).toEqual([{ status: 'revoking' }]);
  });

  it('is kept sealed for the operator if it is a success without tokens', async () => {
    const session = await place().signIn();
    place().answerWith(() => ({ status: 200, body: { tokens: 'elsewhere' } }));
    expect(await session.refresh()).toEqual({ kind: 'failed', error: 'unknown' });
    expect(await session.state()).toMatchObject({ status: 'active', attempt_state: 'in_doubt' });
    const names = await sealedFiles();
    expect(names).toEqual([expect.stringMatching(new RegExp(`^${session.id}\\..*\\.unread$`))]);
    expect(place().broker.logLines.some(line => line.includes('refresh answer without tokens kept'))).toBe(
      true,
    );
  });

  it('has its room before the request is sent, or nothing is sent', async () => {
    const session = await place().signIn();
    const requests = place().network.tokenRequests;
    await place().restart();
    // A directory in the place of the first reserved file stands for a disk that takes no new file.
    await mkdir(join(slot(), '1.reserved'));
    const without = at(place(), session);
    expect(await without.refresh()).toEqual({ kind: 'failed', error: 'not-sent' });
    expect(place().network.tokenRequests).toBe(requests);
    await rmdir(join(slot(), '1.reserved'));
    await without.letDeadlinePass();
    expect(await without.refresh()).toEqual({ kind: 'refreshed' });
  });

  it('has room again after its directory was deleted under the broker', async () => {
    const session = at(place(), await place().signIn());
    const requests = place().network.tokenRequests;
    await rm(spool, { recursive: true });
    expect(await session.refresh()).toEqual({ kind: 'failed', error: 'not-sent' });
    expect(place().network.tokenRequests).toBe(requests);
    await place().broker.app.get(SpoolProof).proveAgain();
    const deleted = place().broker.logLines.filter(line => line.includes('spool directory deleted'));
    expect(deleted).toHaveLength(1);
    await session.letDeadlinePass();
    expect(await session.refresh()).toEqual({ kind: 'refreshed' });
  });

  it('is not possible while the spool cannot be written, and /readyz says so', async () => {
    const proof = join(slot(), 'proof.part');
    const readiness = async (): Promise<unknown> => (await fetch(`${place().broker.url}/readyz`)).json();
    await mkdir(proof);
    await place().broker.app.get(SpoolProof).proveAgain();
    expect(await readiness()).toEqual({ status: 'degraded', reasons: ['spool'] });
    expect(place().broker.logLines.filter(line => line.includes('spool not writable'))).toHaveLength(1);
    await rmdir(proof);
    await place().broker.app.get(SpoolProof).proveAgain();
    expect(await readiness()).toEqual({ status: 'ok' });
  });
}

/** Returns a session at the broker that runs now. */
function at({ broker }: StrictPlace, session: TestSession): TestSession {
  return new TestSession(broker, session.browser, session.id);
}

/** Returns an answer that a session waits for. */
async function answerFor(session: TestSession): Promise<SpooledAnswer> {
  const stored = await session.broker.app.get(SessionRepository).findSession(session.id);
  const { issuer, clientId, kid, pds, generation = 0 } = stored ?? {};
  return {
    sessionId: session.id,
    generation,
    attemptId: asId(randomUUID()),
    issuer: issuer ?? '',
    clientId: clientId ?? '',
    kid: kid ?? null,
    dpopKey: stored?.secrets?.dpopKey ?? {},
    tokens: {
      ...{ accessToken: randomUUID(), refreshToken: randomUUID(), expiresInSeconds: 3600, scope: 'atproto' },
      ...{ isUsable: true, sub: null, odd: [] },
    },
    pds: pds ?? '',
    sentAt: new Date().toISOString(),
  };
}

/** Answers of sessions that do not exist, with members that no version writes. */
function oddAnswers(answer: SpooledAnswer): fc.Arbitrary<SpooledAnswer> {
  const members = Object.keys(answer).filter(name => name !== 'sessionId' && name !== 'attemptId');
  return fc
    .record(Object.fromEntries(members.map(name => [name, fc.jsonValue()])), { requiredKeys: [] })
    .map(odd => ({
      ...answer,
      ...odd,
      sessionId: asId(randomUUID()),
      attemptId: asId(randomUUID()),
    }));
}
