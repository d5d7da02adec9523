import { expect, it } from '@jest/globals';
import { Refresher } from '../../src/sessions/refresh/refresher.service.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { jwksOf, listKeys, publishAged, refuse, step } from './operator.ts';
import { asId } from '../ids.ts';

describeBroker('client keys at a real PDS', suite, { confidential: true });
describeBroker('a client key that a PDS has not seen', unseenSuite, { confidential: true });

function suite(broker: () => TestBroker): void {
  // A PDS caches the JWKS for ten minutes from the first login, so both keys must be in it by then.
  it('rotate without ending a session', async () => {
    const [first = ''] = await jwksOf(broker());
    const second = await publishAged(broker(), 25);
    const old = await signIn(broker());
    expect(await kidOf(broker(), old)).toBe(first);

    await step(broker(), `/${second}/activate`);
    const young = await signIn(broker());
    expect(await kidOf(broker(), young)).toBe(second);
    expect(await refresh(broker(), old)).toEqual({ kind: 'refreshed' });
    expect(await kidOf(broker(), old)).toBe(first);

    expect(await step(broker(), `/${first}/retire?dryRun=true`)).toMatchObject({
      sessions: 1,
      changed: true,
    });
    await step(broker(), `/${first}/retire`);
    expect((await jwksOf(broker())).sort()).toEqual([first, second].sort());
    expect(await refresh(broker(), old)).toEqual({ kind: 'refreshed' });
    expect(await refresh(broker(), young)).toEqual({ kind: 'refreshed' });
    expect(await kidOf(broker(), await signIn(broker()))).toBe(second);
    expect(await listKeys(broker())).toEqual([
      expect.objectContaining({ kid: second, signing: true, sessions: 2 }),
      expect.objectContaining({ kid: first, status: 'retired', inJwks: true, sessions: 1 }),
    ]);
  });
}

function unseenSuite(broker: () => TestBroker): void {
  it('is refused there, so it must wait', async () => {
    const [first = ''] = await jwksOf(broker());
    const old = await signIn(broker());
    const second = await publishAged(broker(), 0);
    expect(await refuse(broker(), `/${second}/activate`)).toMatchObject({ body: { error: 'TooEarly' } });

    await letWait(broker(), second);
    await step(broker(), `/${second}/activate`);
    await expect(signIn(broker())).rejects.toThrow();
    expect(await refresh(broker(), old)).toEqual({ kind: 'refreshed' });

    await step(broker(), `/${second}/retire`);
    expect(await kidOf(broker(), await signIn(broker()))).toBe(first);
  });
}

/** Moves the key back by twenty minutes. The PDS's cache is not affected. */
async function letWait({ database }: TestBroker, kid: string): Promise<void> {
  await database
    .updateTable('client_key')
    .set({ published_at: database.now(-20 * 60) })
    .where('kid', '=', kid)
    .execute();
}

async function signIn(broker: TestBroker): Promise<string> {
  const alice = accountOf(broker, 'alice.test');
  await broker.browser().login(alice.handle, alice);
  const { id } = await broker.database
    .selectFrom('oauth_session')
    .select('id')
    .orderBy('granted_at', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  return id;
}

function refresh({ app }: TestBroker, id: string): Promise<unknown> {
  return app.get(Refresher).refresh(asId(id), { kind: 'forced' });
}

async function kidOf({ database }: TestBroker, id: string): Promise<string | null> {
  const { kid } = await database
    .selectFrom('oauth_session')
    .select('kid')
    .where('id', '=', asId(id))
    .executeTakeFirstOrThrow();
  return kid;
}
