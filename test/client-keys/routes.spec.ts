import { beforeEach, expect, it } from '@jest/globals';
import { ClientKeys } from '../../src/oauth/client-keys/client-keys.service.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { oauthSessionRow } from '../database/rows.ts';
import { ask, jwksOf, listKeys, publishAged, refuse, step } from './operator.ts';

describeBroker('client keys of a confidential client', suite, { confidential: true });
describeBroker('client keys of a loopback client', loopbackSuite);

function suite(broker: () => TestBroker): void {
  let first = '';

  beforeEach(async () => {
    const { database, app } = broker();
    await database.deleteFrom('oauth_session').execute();
    await database.deleteFrom('client_key').execute();
    await app.get(ClientKeys).onModuleInit();
    [first = ''] = (await listKeys(broker())).map(({ kid }) => kid);
  });

  const holdSession = (kid: string, status = 'active'): Promise<unknown> =>
    broker().database.insertInto('oauth_session').values(oauthSessionRow({ kid, status })).execute();

  it('start with one that signs at once', async () => {
    expect(await listKeys(broker())).toEqual([
      expect.objectContaining({ kid: first, status: 'active', signing: true, inJwks: true, sessions: 0 }),
    ]);
  });

  it('are published before they sign, and do not sign for twenty minutes', async () => {
    const { changed, key } = await step(broker());
    const kid = key?.kid ?? '';
    expect({ changed, key }).toMatchObject({
      changed: true,
      key: { status: 'published', signing: false, activeAt: null },
    });
    expect((await jwksOf(broker())).sort()).toEqual([first, kid].sort());
    const refused = await refuse(broker(), `/${kid}/activate`);
    expect(refused).toMatchObject({ status: 409, body: { error: 'TooEarly' } });
    expect(refused.body.message).toContain(key?.activatableFrom);
    expect(Date.parse(key?.activatableFrom ?? '') - Date.parse(key?.publishedAt ?? '')).toBe(20 * 60_000);
  });

  it('sign after they are activated, instead of the older one', async () => {
    const kid = await publishAged(broker(), 20);
    expect(await step(broker(), `/${kid}/activate?dryRun=true`)).toMatchObject({
      dryRun: true,
      changed: true,
      key: { status: 'published' },
    });
    expect((await listKeys(broker())).find(key => key.signing)?.kid).toBe(first);
    expect(await step(broker(), `/${kid}/activate`)).toMatchObject({
      dryRun: false,
      changed: true,
      key: { status: 'active', signing: true },
    });
    expect((await broker().app.get(ClientKeys).keyForNewGrant())?.kid).toBe(kid);
    expect(await step(broker(), `/${kid}/activate`)).toMatchObject({ changed: false });
  });

  it('are not retired if no key would be left to sign', async () => {
    const kid = await publishAged(broker(), 20);
    const last = { status: 409, body: { error: 'LastActiveKey' } };
    expect(await refuse(broker(), `/${first}/retire`)).toMatchObject(last);
    expect(await refuse(broker(), `/${first}/retire?dryRun=true`)).toMatchObject(last);
    await step(broker(), `/${kid}/activate`);
    await step(broker(), `/${first}/retire`);
    expect(await refuse(broker(), `/${kid}/retire`)).toMatchObject(last);
    expect(await refuse(broker(), `/${first}/activate`)).toMatchObject({
      status: 409,
      body: { error: 'KeyRetired' },
    });
  });

  it('are retired one at a time, also on simultaneous requests', async () => {
    const second = await publishAged(broker(), 20);
    await step(broker(), `/${second}/activate`);
    const answers = await Promise.all([first, second].map(kid => refuse(broker(), `/${kid}/retire`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await listKeys(broker())).filter(({ status }) => status === 'active')).toHaveLength(1);
  });

  it.each([
    ['active', true],
    ['needs_reauth', true],
    ['revoking', true],
    ['revoked', false],
  ])('stay in the JWKS after their retirement with a session that is %s: %s', async (status, stays) => {
    const second = await publishAged(broker(), 20);
    await step(broker(), `/${second}/activate`);
    await holdSession(first, status);
    const sessions = stays ? 1 : 0;
    expect(await step(broker(), `/${first}/retire?dryRun=true`)).toMatchObject({ dryRun: true, sessions });
    expect(await step(broker(), `/${first}/retire`)).toMatchObject({ sessions, key: { status: 'retired' } });
    expect(await jwksOf(broker())).toContain(first);
    await letLoginsEnd(broker(), first);
    expect((await jwksOf(broker())).includes(first)).toBe(stays);
    expect((await broker().app.get(ClientKeys).keyOfGrant(first))?.kid).toBe(first);
  });

  it('change nothing in a dry run', async () => {
    const before = await listKeys(broker());
    expect(await step(broker(), '?dryRun=true')).toEqual({
      dryRun: true,
      changed: true,
      sessions: 0,
      key: null,
    });
    expect(await listKeys(broker())).toEqual(before);
  });

  it('are not created again for sessions whose keys are missing', async () => {
    await holdSession(first);
    await broker().database.deleteFrom('client_key').execute();
    await expect(broker().app.get(ClientKeys).onModuleInit()).rejects.toThrow(
      /which 1 session cannot do without.*Restore/,
    );
    expect(await listKeys(broker())).toEqual([]);
  });

  it('return an error for an unknown key or a bad request', async () => {
    expect(await refuse(broker(), '/unknown/activate')).toMatchObject({ status: 404 });
    expect(await refuse(broker(), `/${first}/retire?dryRun=perhaps`)).toMatchObject({ status: 400 });
  });
}

function loopbackSuite(broker: () => TestBroker): void {
  it('do not exist and are not created', async () => {
    expect(await listKeys(broker())).toEqual([]);
    expect(await ask(broker(), 'POST', '/api/client-keys')).toMatchObject({
      status: 409,
      body: { error: 'PublicClient' },
    });
    expect(await refuse(broker(), '?dryRun=true')).toMatchObject({ status: 409 });
  });
}

/** Moves a key's retirement back by the longest time that a login can take. */
async function letLoginsEnd({ database }: TestBroker, kid: string): Promise<void> {
  await database
    .updateTable('client_key')
    .set({ retired_at: database.now(-31 * 60) })
    .where('kid', '=', kid)
    .execute();
}
