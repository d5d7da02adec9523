import { randomBytes } from 'node:crypto';
import { beforeEach, expect, it } from '@jest/globals';
import type { Did } from '../../src/database/tables/did.ts';
import { AccountHandleRepository } from '../../src/identity/handles/account-handle.repository.ts';
import { HandleChecks } from '../../src/identity/handles/handle-checks.service.ts';
import { VerifiedHandles } from '../../src/identity/handles/verified-handles.service.ts';
import type { HandleVerifier } from '../../src/identity/resolution/handle-verifier.service.ts';
import { Log } from '../../src/observability/log/log.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import type { Account } from '../network/network-control.ts';
import { countAlarms } from '../rows/alarms.ts';

const MINUTE_MS = 60_000;

describeBroker('the handle of an account', broker => {
  let carol: Account;
  let dave: Account;
  beforeEach(async () => {
    carol = await newAccount(broker(), 'carol');
    dave = await newAccount(broker(), 'dave');
  });

  const signIn = async (account: Account, handle = account.handle): Promise<BrowserClient> => {
    const browser = broker().browser();
    await browser.login(handle, { ...account, handle });
    return browser;
  };
  const rows = () => broker().app.get(AccountHandleRepository, { strict: false });
  const checks = () => broker().app.get(HandleChecks, { strict: false });
  const fresh = (): VerifiedHandles => new VerifiedHandles(rows(), checks(), new Log({ write: () => true }));
  const edit = (did: Did, columns: object): Promise<unknown> =>
    broker().database.updateTable('account_handle').set(columns).where('id', '=', did).execute();

  it('is never told of two accounts: who has it now takes it', async () => {
    const ofCarol = await signIn(carol);
    expect(await toldTo(ofCarol)).toBe(carol.handle);
    const next = `${carol.handle.split('.')[0]}-x.test`;
    await changeHandle(broker(), carol, next);
    await changeHandle(broker(), dave, carol.handle);

    const ofDave = await signIn(dave, carol.handle);
    expect(await toldTo(ofDave)).toBe(carol.handle);
    expect(await toldTo(ofCarol)).toBe(next);
    expect(await (await ofCarol.open('/account')).text()).toContain(`<bdi>${next}</bdi>`);
    expect(await found(broker(), carol.handle)).toEqual([[dave.did, carol.handle, carol.handle]]);
    expect(await found(broker(), next)).toEqual([[carol.did, next, carol.handle]]);
  });

  it('is checked in the background while it is asked for', async () => {
    await signIn(carol);
    expect(await fresh().find(carol.did)).toBe(carol.handle);
    const next = `${carol.handle.split('.')[0]}-y.test`;
    await changeHandle(broker(), carol, next);
    expect(await fresh().find(carol.did)).toBe(carol.handle);
    await edit(carol.did, { next_check_at: broker().database.now(-1) });
    await checks().run();
    expect(await fresh().find(carol.did)).toBe(next);

    await edit(carol.did, {
      expires_at: broker().database.now(5 * 24 * 3600),
      next_check_at: broker().database.now(-1),
    });
    await checks().run();
    const row = await rowOf(broker(), carol.did);
    expect([row?.handle, row?.next_check_at]).toEqual([next, null]);
    // Nobody asked for a day, so the next caller waits for a check.
    await changeHandle(broker(), carol, carol.handle);
    expect(await fresh().find(carol.did)).toBe(carol.handle);
  });

  it('is checked by one instance at a time', async () => {
    await rows().store(carol.did, carol.handle, new Date());
    await rows().store(dave.did, dave.handle, new Date());
    await edit(carol.did, { next_check_at: broker().database.now(-20) });
    await edit(dave.did, { next_check_at: broker().database.now(-10) });
    expect([await rows().claimDue(1), await rows().claimDue(9)]).toEqual([[carol.did], [dave.did]]);
    expect(await rows().claimDue(9)).toEqual([]);
  });

  it('is told for an hour while it cannot be checked, and then no more', async () => {
    const failing = { verify: () => Promise.reject(new Error('no answer')) } as unknown as HandleVerifier;
    const unanswered = new HandleChecks(failing, rows(), new Log({ write: () => true }));
    const told = async (minutesAgo: number): Promise<string | null> => {
      await broker().database.deleteFrom('account_handle').where('id', '=', carol.did).execute();
      await rows().store(carol.did, carol.handle, new Date(Date.now() - minutesAgo * MINUTE_MS));
      await unanswered.check(carol.did);
      return fresh().find(carol.did);
    };
    expect(await told(55)).toBe(carol.handle);
    expect(await told(70)).toBeNull();
  });

  it('is not taken by a check that began earlier', async () => {
    const now = Date.now();
    await rows().store(dave.did, carol.handle, new Date(now));
    await rows().store(carol.did, carol.handle, new Date(now - MINUTE_MS));
    expect((await rowOf(broker(), carol.did))?.handle).toBeNull();
    await rows().store(dave.did, null, new Date(now - MINUTE_MS));
    expect((await rowOf(broker(), dave.did))?.handle).toBe(carol.handle);
    await rows().store(carol.did, carol.handle, new Date(now + 1));
    expect((await rowOf(broker(), carol.did))?.handle).toBe(carol.handle);
    expect(await rowOf(broker(), dave.did)).toBeUndefined();
  });

  it('is not told from an edited row, which raises an alarm', async () => {
    await rows().store(carol.did, carol.handle, new Date());
    for (const columns of [{ handle: dave.handle }, { verified_at: broker().database.now(1) }]) {
      await edit(carol.did, columns);
      const alarms = countAlarms(broker());
      expect((await rows().list([carol.did])).size).toBe(0);
      expect(countAlarms(broker())).toBe(alarms + 1);
    }
  });

  it('finds by it who has it, and else who had it, marked as such', async () => {
    await signIn(carol);
    const next = `${carol.handle.split('.')[0]}-z.test`;
    await changeHandle(broker(), carol, next);
    await checks().check(carol.did);
    expect(await found(broker(), carol.handle)).toEqual([[carol.did, next, carol.handle]]);
    await changeHandle(broker(), dave, carol.handle);
    expect(await found(broker(), carol.handle)).toEqual([[carol.did, next, carol.handle]]);
    await signIn(dave, carol.handle);
    expect(await found(broker(), carol.handle)).toEqual([[dave.did, carol.handle, carol.handle]]);
  });
});

async function newAccount({ network }: TestBroker, name: string): Promise<Account> {
  return network.createAccount(`${name}-${randomBytes(3).toString('hex')}.test`);
}

/** Changes a handle as its owner does, at the PDS. */
async function changeHandle({ network }: TestBroker, account: Account, handle: string): Promise<void> {
  const call = async (nsid: string, token: string | undefined, body: object): Promise<Response> => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const headers = { 'content-type': 'application/json', ...authorization };
    const answer = await fetch(`${network.pds}/xrpc/${nsid}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${nsid}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const { did: identifier, password } = account;
  const opened = await call('com.atproto.server.createSession', undefined, { identifier, password });
  const { accessJwt } = (await opened.json()) as { accessJwt: string };
  await call('com.atproto.identity.updateHandle', accessJwt, { handle });
}

async function toldTo(browser: BrowserClient): Promise<unknown> {
  return ((await (await browser.get('/api/me')).json()) as { handle: unknown }).handle;
}

/** Searches as the operator. Returns DID, verified handle and handle at grant of what is found. */
async function found({ url, secrets }: TestBroker, handle: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${secrets.adminToken}` };
  const answer = await fetch(`${url}/api/sessions?handle=${handle}`, { headers });
  const { sessions } = (await answer.json()) as { sessions: Record<string, unknown>[] };
  return sessions.map(session => [session.did, session.handle, session.handleAtGrant]);
}

function rowOf({ database }: TestBroker, did: Did) {
  return database.selectFrom('account_handle').selectAll().where('id', '=', did).executeTakeFirst();
}
