import { expect, it } from '@jest/globals';
import { Grants } from '../../src/oauth/refresh/grants.service.ts';
import { SessionCache } from '../../src/sessions/stored/session.cache.ts';
import { SessionRepository } from '../../src/sessions/stored/session.repository.ts';
import type { Effect } from '../network/faults.ts';
import { describeFaults, type FaultyPlace } from '../refresher/describe-faults.ts';
import type { TestSession } from '../refresher/test-session.ts';
import { operate } from './operate.ts';

const active = { status: 200, body: { status: 'active' } };
const unreachable = { status: 200, body: { status: 'unreachable' } };

/** Responses of a PDS that prove nothing about a token. */
const unclear: [string, Effect][] = [
  ['hangs up', { kind: 'reset', moment: 'before' }],
  ['answers 500', answer(500)],
  ['answers 503 with HTML', answer(503, { 'content-type': 'text/html' }, '<h1>Back soon</h1>')],
  ['answers 404', answer(404)],
  ['answers 401 for another reason', answer(401, {}, '{"error":"AuthMissing"}')],
  ['answers 200 with HTML', answer(200, { 'content-type': 'text/html' }, '<h1>Welcome to our Wi-Fi</h1>')],
  ['answers 200 with JSON of its own', answer(200, {}, '{"ok":true}')],
  ['answers 200 for another account', answer(200, {}, '{"did":"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"}')],
  ['leads elsewhere', answer(302, { location: 'https://pds.example/' })],
];

describeFaults('the validation of a session', suite);

function suite(place: () => FaultyPlace): void {
  const validate = ({ id }: { id: string }) => operate(place().broker, `POST /api/sessions/${id}/validate`);

  it('returns active for a working one, without a refresh', async () => {
    const session = await place().signIn();
    const digest = await session.digest();
    expect(await validate(session)).toEqual(active);
    expect(await session.state()).toMatchObject({ status: 'active', generation: 1 });
    expect(await session.requestsOf(digest)).toEqual([]);
  });

  it('returns active for one that works after a refresh', async () => {
    const session = await place().signIn();
    await session.age(60);
    expect(await validate(session)).toEqual(active);
    expect(await session.state()).toMatchObject({ status: 'active', generation: 2 });
  });

  it('returns the reason for one that its owner has ended', async () => {
    const { broker, signIn } = place();
    const session = await signIn();
    const stored = await broker.app.get(SessionRepository).findSession(session.id);
    if (!stored?.secrets) throw new Error('the session has no secrets');
    await broker.app.get(Grants).revoke({ ...stored, ...stored.secrets });
    await session.age(2);
    const over = { status: 200, body: { status: 'needs_reauth', reason: 'revoked' } };
    expect(await validate(session)).toEqual(over);
    expect(await session.state()).toMatchObject({ status: 'needs_reauth', reason: 'revoked' });
    expect(await validate(session)).toEqual(over);
  });

  it.each(unclear)('changes and refreshes nothing if the PDS %s', async (_name, effect) => {
    const session = await place().signIn();
    await session.age(2);
    const digest = await session.digest();
    await place().network.armFault({ match: { server: 'pds', path: '/xrpc/*' }, effect });
    expect(await validate(session)).toEqual(unreachable);
    expect(await session.state()).toMatchObject({ status: 'active', generation: 1, failures: 0 });
    expect(await session.requestsOf(digest)).toEqual([]);
    await place().network.disarmFaults();
    expect(await validate(session)).toEqual(active);
  });

  it('changes nothing if the PDS is away, whether the token still works or not', async () => {
    const { signIn, network } = place();
    const [fresh, old] = [await signIn(), await signIn()];
    await old.age(60);
    await network.haltPds();
    for (const session of [fresh, old]) {
      expect(await validate(session)).toEqual(unreachable);
      expect(await session.state()).toMatchObject({ status: 'active', generation: 1 });
    }
    await network.resumePds();
    await old.letDeadlinePass();
    for (const session of [fresh, old]) expect(await validate(session)).toEqual(active);
  });

  it('refreshes at most once a minute for a PDS that refuses every token', async () => {
    const { signIn, network } = place();
    const session = await signIn();
    const digest = await session.digest();
    const challenge = { 'www-authenticate': 'DPoP error="invalid_token"' };
    await network.armFault({ match: { server: 'pds', path: '/xrpc/*' }, effect: answer(401, challenge) });
    expect(await validate(session)).toEqual(unreachable);
    expect(await session.requestsOf(digest)).toEqual([]);
    await session.age(2);
    for (let time = 0; time < 3; time++) expect(await validate(session)).toEqual(unreachable);
    expect(await session.state()).toMatchObject({ status: 'active', generation: 2, failures: 0 });
    expect(await session.exchangesOf(digest)).toBe(1);
    expect(await session.requestsOf(await session.digest())).toEqual([]);
    await network.disarmFaults();
    expect(await validate(session)).toEqual(active);
  });

  it('gets 503 and changes nothing if the row cannot be opened', async () => {
    const session = await place().signIn();
    await edit(session, 'atproto transition:generic transition:email');
    const refused = { status: 503, body: { error: 'SealedRowUnreadable' } };
    for (const line of ['GET ', 'POST /validate', 'POST /refresh', 'DELETE ']) {
      const [method = '', action = ''] = line.split(' ');
      const asked = operate(place().broker, `${method} /api/sessions/${session.id}${action}`);
      expect(await asked).toMatchObject(refused);
    }
    expect(await session.state()).toMatchObject({ status: 'active', generation: 1, reason: null });
    await edit(session, 'atproto transition:generic');
    expect(await validate(session)).toEqual(active);
  });
}

function answer(status: number, headers: Record<string, string> = {}, body = '{}'): Effect {
  return {
    kind: 'answer',
    moment: 'before',
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body,
  };
}

async function edit({ broker, id }: TestSession, scope: string): Promise<void> {
  await broker.database.updateTable('oauth_session').set({ scope }).where('id', '=', id).execute();
  broker.app.get(SessionCache).forget(id);
}
