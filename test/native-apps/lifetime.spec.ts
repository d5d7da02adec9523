import { beforeAll, expect, it } from '@jest/globals';
import { describeFaults, type FaultyPlace } from '../refresher/describe-faults.ts';
import { type AppSession, TestApp } from './test-app.ts';

/** A PDS limits a public client to two weeks. A confidential one gets three months idle, and two years in total. */
const BEYOND_PUBLIC_DAYS = 15;
const NEARLY_IDLE_DAYS = 89;
const NEARLY_TWO_YEARS_DAYS = 729;
const BEYOND_IDLE_DAYS = 93;

describeFaults('the session of a native app at its PDS', suite, { confidential: true });

function suite(place: () => FaultyPlace): void {
  let app: TestApp;
  let session: AppSession;
  beforeAll(async () => {
    app = await TestApp.register(place().broker);
    const [alice] = place().network.accounts;
    if (!alice) throw new Error('the network has no account');
    session = await app.login(alice);
  });

  it('belongs to a confidential client, authenticated with the key that it started with', async () => {
    // Earlier suites of the worker left grants of the same account.
    const grants = await place().network.describeGrants(session.did);
    expect(grants.filter(({ clientId }) => clientId === app.clientId)).toEqual([
      { clientId: app.clientId, method: 'private_key_jwt', kid: session.keyId },
    ]);
  });

  it.each([
    ['longer than a public client may have one', BEYOND_PUBLIC_DAYS, BEYOND_PUBLIC_DAYS],
    ['nearly three months without being used', NEARLY_IDLE_DAYS, NEARLY_IDLE_DAYS],
    ['nearly two years in all', NEARLY_TWO_YEARS_DAYS, 1],
  ])('lives %s', async (_what, createdDays, idleDays) => {
    await place().network.ageGrants(session.did, createdDays, idleDays);
    session = await app.renew(session);
    expect(await app.isAlive(session)).toBe(true);
  });

  it('ends like that of a confidential client', async () => {
    await place().network.ageGrants(session.did, BEYOND_IDLE_DAYS, BEYOND_IDLE_DAYS);
    expect(await app.refresh(session)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });
}
