import { describe, expect, it } from '@jest/globals';
import type { Effect } from '../network/faults.ts';
import { describeFaults, type FaultyPlace } from './describe-faults.ts';

/** The words with which a PDS tells one problem, by form. Each is what some server sends. */
const forms: [name: string, tell: (word: string) => Told][] = [
  ['in a quoted challenge', word => ({ status: 401, challenge: `DPoP error="${word}"` })],
  ['in a bare challenge', word => ({ status: 401, challenge: `DPoP error=${word}` })],
  [
    'after other parameters',
    word => ({ status: 401, challenge: `dpop algs="ES256 ES256K", error = "${word}"` }),
  ],
  [
    'in the second of two headers',
    word => ({ status: 401, challenge: ['Basic realm="a, b"', `DPoP error=${word}`] }),
  ],
  ['in the second challenge of a header', word => ({ status: 401, challenge: `Bearer, DPoP error=${word}` })],
  ['in a Bearer challenge', word => ({ status: 401, challenge: `Bearer error="${word}"` })],
  ['in the body of a 401', word => ({ status: 401, body: errorBody(word) })],
  ['in a body of unknown length', word => ({ status: 401, body: errorBody(word), chunkBytes: 7 })],
  ['in the body of a 400', word => ({ status: 400, body: errorBody(word) })],
  ['in the challenge of a 400', word => ({ status: 400, challenge: `DPoP error=${word}` })],
];

type Told = { status: number; challenge?: string | string[]; body?: string; chunkBytes?: number };

describeFaults('a token problem that the PDS tells', place => {
  describe.each(forms)('%s', (_name, tell) => {
    it('as use_dpop_nonce never reaches the caller', async () => {
      const session = await place().takeSession();
      const { generation } = await session.state();
      await armOnce(place(), tell('use_dpop_nonce'));
      expect(await session.call()).toMatchObject({ status: 200 });
      expect(await session.state()).toMatchObject({ generation, failures: 0 });
    });

    it.each(['invalid_token', 'ExpiredToken'])('as %s brings one refresh', async word => {
      const session = await place().takeSession();
      await session.age(2);
      const digest = await session.digest();
      const { generation } = await session.state();
      await armOnce(place(), tell(word));
      const calls = await Promise.all([session.call(), session.call()]);
      expect(calls.map(({ status }) => status)).toEqual([200, 200]);
      expect(await session.state()).toMatchObject({ status: 'active', generation: generation + 1 });
      expect(await session.requestsOf(digest)).toHaveLength(1);
    });

    it('brings no refresh within a minute of another, and is 502', async () => {
      const session = await place().takeSession();
      await session.age(0);
      const { generation } = await session.state();
      await armOnce(place(), tell('invalid_token'));
      expect(await session.call()).toMatchObject({ status: 502, error: 'UpstreamUnavailable' });
      expect(await session.state()).toMatchObject({ generation });
      await place().network.disarmFaults();
    });
  });

  it('as a proof that it never accepts is 502', async () => {
    const session = await place().takeSession();
    const { generation } = await session.state();
    const told = { status: 401, challenge: 'DPoP error="invalid_dpop_proof"' };
    for (let time = 0; time < 3; time++) await armOnce(place(), told);
    expect(await session.call()).toMatchObject({ status: 502, error: 'UpstreamUnavailable' });
    expect(await session.state()).toMatchObject({ generation });
  });

  it.each<[name: string, told: Told]>([
    ['401 for another reason', { status: 401, body: errorBody('AuthenticationRequired') }],
    ['400 for another reason', { status: 400, body: errorBody('InvalidRequest'), chunkBytes: 5 }],
    [
      'a challenge without an error',
      { status: 401, challenge: 'DPoP algs="ES256"', body: errorBody('AuthMissing') },
    ],
    [
      'a long body',
      { status: 401, body: JSON.stringify({ error: 'Long', pad: 'x'.repeat(300_000) }), chunkBytes: 9_000 },
    ],
  ])('is none in %s, which reaches the caller whole', async (_name, told) => {
    const session = await place().takeSession();
    const { generation } = await session.state();
    await armOnce(place(), told);
    const answer = await session.browser.get('/xrpc/com.atproto.server.getSession');
    expect([answer.status, await answer.text()]).toEqual([told.status, told.body]);
    expect(await session.state()).toMatchObject({ generation });
  });
});

function errorBody(error: string): string {
  return JSON.stringify({ error, message: 'told by the test' });
}

async function armOnce(
  { network }: FaultyPlace,
  { status, challenge, body = '', chunkBytes }: Told,
): Promise<void> {
  const headers = {
    'content-type': 'application/json',
    ...(challenge !== undefined && { 'www-authenticate': challenge }),
  };
  const effect: Effect = {
    kind: 'answer',
    moment: 'before',
    status,
    headers,
    body,
    ...(chunkBytes !== undefined && { chunkBytes }),
  };
  await network.armFault({ match: { server: 'pds', path: '/xrpc/*' }, effect, times: 1 });
}
