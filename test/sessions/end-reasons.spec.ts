import { afterEach, expect, it, jest } from '@jest/globals';
import { toTimestamp } from '../../src/database/tables/timestamp.ts';
import { Grants } from '../../src/oauth/refresh/grants.service.ts';
import { SessionCache } from '../../src/sessions/stored/session.cache.ts';
import { SessionSecretsBox } from '../../src/sessions/stored/session-secrets.service.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { statusOfMe } from '../login/answers.ts';
import { moveRefusalTime } from '../refresher/refusal-time.ts';
import { signIn, type TestSession } from '../refresher/test-session.ts';

const DAY_MS = 24 * 60 * 60_000;

/** The number of refusals, over at least a minute, after which a session with an expired access token ends. */
const REFUSALS = 3;

/** Days since the grant and since the last refresh, and the reason of a refusal then. */
type Life = [granted: number, refreshed: number, reason: string];

describeBroker('a session that its issuer has ended', broker => {
  suite(broker, [
    [3, 1, 'revoked'],
    [14.1, 1, 'lifetime'],
  ]);
  endsCookies(broker);
});
describeBroker(
  'a session of a confidential client that its issuer has ended',
  broker => {
    suite(broker, [
      [400, 60, 'revoked'],
      [400, 92, 'idle'],
      [731, 1, 'lifetime'],
    ]);
  },
  { confidential: true },
);

function suite(broker: () => TestBroker, lives: Life[]): void {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each(lives)(
    '%d days after its grant, and %d after a refresh, has the reason: %s',
    async (granted, refreshed, reason) => {
      const session = await signIn(broker());
      const refusalTime = moveRefusalTime();
      await revokeAtIssuer(session);
      await age(session, granted, refreshed);
      for (let refusal = 1; refusal <= REFUSALS; refusal++) {
        expect(await session.state()).toMatchObject({
          status: 'active',
          reason: null,
          failures: refusal - 1,
        });
        expect(await session.refresh()).toEqual({ kind: 'failed', error: 'invalid-grant' });
        await session.letDeadlinePass();
        refusalTime.pass(31);
      }
      expect(await session.state()).toMatchObject({ status: 'needs_reauth', reason, generation: 2 });
      expect(await session.refresh()).toEqual({ kind: 'skipped' });
      expect(lossesOf(session)).toEqual([reason]);
    },
  );

  it('does not end earlier: past every date, it is refreshed as long as the issuer does', async () => {
    const session = await signIn(broker());
    await age(session, 1_000, 500);
    expect(await session.call()).toMatchObject({ status: 200 });
    expect(await session.state()).toMatchObject({ status: 'active', generation: 2, failures: 0 });
    expect(lossesOf(session)).toEqual([]);
  });
}

function endsCookies(broker: () => TestBroker): void {
  it('signs out the browser that holds it, and no other', async () => {
    const [over, other] = [await signIn(broker()), await signIn(broker())];
    await revokeAtIssuer(over);
    expect(await statusOfMe(over.browser)).toBe(200);
    await over.refresh();
    expect(await over.state()).toMatchObject({ status: 'needs_reauth', reason: 'revoked' });
    const held = await broker().database.selectFrom('ui_session').select('session_id').execute();
    const holders = held.map(({ session_id }) => session_id);
    expect([holders.includes(over.id), holders.includes(other.id)]).toEqual([false, true]);
    expect([await statusOfMe(over.browser), await statusOfMe(other.browser)]).toEqual([401, 200]);
    expect(await other.call()).toMatchObject({ status: 200 });
  });
}

/** Revokes the grant as its owner does, at the issuer and without the broker. */
async function revokeAtIssuer({ broker: { app }, id }: TestSession): Promise<void> {
  const session = await app.get(SessionCache).reload(id);
  if (!session?.secrets) throw new Error('the session has no secrets');
  await app.get(Grants).revoke({ ...session, ...session.secrets });
}

/** Makes a session older. Its access token has expired. */
async function age(
  { broker: { app, database }, id }: TestSession,
  granted: number,
  refreshed: number,
): Promise<void> {
  const row = await database
    .selectFrom('oauth_session')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  const box = app.get(SessionSecretsBox);
  const ago = (days: number) => toTimestamp(new Date(Date.now() - days * DAY_MS));
  const times = {
    granted_at: ago(granted),
    refreshed_at: ago(refreshed),
    access_expires_at: ago(refreshed - 1 / 24),
  };
  const sealed = box.seal(box.open(row.sealed ?? '', row), { ...row, ...times });
  await database
    .updateTable('oauth_session')
    .set({ ...times, sealed })
    .where('id', '=', id)
    .execute();
  app.get(SessionCache).forget(id);
}

/** Returns the logged reasons why a session needs its owner. */
function lossesOf({ broker, id }: TestSession): unknown[] {
  return broker.logLines
    .filter(line => line.includes('session needs reauthorization') && line.includes(id))
    .map(line => (JSON.parse(line) as { reason: string }).reason);
}
