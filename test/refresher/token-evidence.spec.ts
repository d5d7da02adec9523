import { afterEach, expect, it, jest } from '@jest/globals';
import { ClockGuard } from '../../src/leases/clock/clock-guard.service.ts';
import { isLive, SessionCache } from '../../src/sessions/stored/session.cache.ts';
import { TokenEvidence } from '../../src/sessions/pds/token-evidence.service.ts';
import type { Effect } from '../network/faults.ts';
import { listenOnLoopback, type LoopbackServer } from '../network/loopback-server.ts';
import { describeFaults, type FaultyPlace } from './describe-faults.ts';
import type { TestSession } from './test-session.ts';

const everyPlcRequest = { server: 'plc', path: '/*' } as const;

describeFaults('what an access token tells about its refresh token', place => {
  let other: LoopbackServer | undefined;
  afterEach(async () => {
    await other?.stop();
    other = undefined;
  });

  /** Moves the account to a PDS with one answer, in its DID document. */
  const move = async (status: number, body: object): Promise<void> => {
    other = await listenOnLoopback();
    other.answerWith((_request, response) => {
      const headers = { 'content-type': 'application/json' };
      response.writeHead(status, headers).end(JSON.stringify(body));
    });
    const to = `http://localhost:${other.port}`;
    const effect = { kind: 'rewrite', from: place().network.pds, to } as const;
    await place().network.armFault({ match: everyPlcRequest, effect });
  };

  it('is asked of the PDS', async () => {
    expect(await evidenceOf(await place().takeSession())).toBe('accepted');
  });

  it.each([
    ['before it expires', 30, 'refused'],
    ['after it expired', 61, 'refused-after-expiry'],
  ])('is a refusal %s', async (_when, minutes, evidence) => {
    const session = await place().signIn();
    await session.age(minutes);
    await armRefusal(place());
    expect(await evidenceOf(session)).toBe(evidence);
  });

  it('is unknown while the DID document cannot be read', async () => {
    const session = await place().takeSession();
    await place().network.armFault({ match: everyPlcRequest, effect: { kind: 'reset', moment: 'before' } });
    expect(await evidenceOf(session)).toBe('unknown');
  });

  it('is no proof at a PDS to which the account has moved, and which refuses the token of another', async () => {
    const session = await place().takeSession();
    await move(401, { error: 'invalid_token' });
    expect(await evidenceOf(session)).toBe('refused-after-expiry');
  });

  it('is no proof while the clock is doubted by which the token has not expired', async () => {
    const session = await place().signIn();
    await armRefusal(place());
    expect(await evidenceOf(session)).toBe('refused');
    const doubted = jest.spyOn(session.broker.app.get(ClockGuard), 'isTrusted').mockReturnValue(false);
    try {
      expect(await evidenceOf(session)).toBe('refused-after-expiry');
    } finally {
      doubted.mockRestore();
    }
  });

  it('is not asked of the PDS that the account has left', async () => {
    const session = await place().takeSession();
    await armRefusal(place());
    await move(200, { did: place().network.accounts[0]?.did });
    expect(await evidenceOf(session)).toBe('accepted');
  });
});

async function evidenceOf({ broker, id }: TestSession): Promise<string> {
  const session = await broker.app.get(SessionCache).reload(id);
  if (!isLive(session)) throw new Error('the session is over');
  return (await broker.app.get(TokenEvidence).find(session)).evidence;
}

async function armRefusal({ network }: FaultyPlace): Promise<void> {
  const body = '{"error":"invalid_token"}';
  const effect: Effect = { kind: 'answer', moment: 'before', status: 401, body };
  await network.armFault({ match: { server: 'pds', path: '/xrpc/*' }, effect });
}
