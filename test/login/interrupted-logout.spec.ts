import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { DatabaseConfig } from '../../src/config/config.ts';
import { startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { describeDialects } from '../database/dialects.ts';
import type { SessionId } from '../../src/database/tables/id.ts';
import type { Network } from '../network/network.ts';
import { networkOfWorker } from '../per-worker/network.ts';
import { until } from '../until.ts';
import { statusOfMe } from './answers.ts';
import { isAccessTokenLive, redeemRefreshToken, sessionOf } from './granted.ts';

// A network that no other suite uses meanwhile: this one makes the PDS unreachable.
describeDialects('signing out while the PDS is unreachable', (_open, { dialect, create }) => {
  let network: Network;
  let database: DatabaseConfig;
  let running: TestBroker | undefined;
  beforeAll(async () => {
    [network, database] = await Promise.all([networkOfWorker(), create()]);
  });
  afterAll(async () => {
    await running?.app.close();
  });

  async function start(inPlaceOf?: TestBroker): Promise<TestBroker> {
    await inPlaceOf?.app.close();
    running = await startTestBroker(dialect, database, { network, ...(inPlaceOf && { inPlaceOf }) });
    return running;
  }

  it('revokes the cookie at once, and the session as soon as a later start reaches the PDS', async () => {
    const first = await start();
    const [alice] = network.accounts;
    if (!alice) throw new Error('the network has no accounts');
    const browser = first.browser();
    await browser.login(alice.handle, alice);
    const session = await sessionOf(first, alice.did);

    await network.haltPds();
    expect((await browser.post('/oauth/logout', {})).status).toBe(204);
    expect(browser.cookie('latchkey')).toBeUndefined();
    expect(await statusOf(first, session.id)).toBe('revoking');
    expect(first.logLines.join('')).toContain('session revocation failed');

    await network.resumePds();
    expect(await isAccessTokenLive(first, session)).toBe(true);
    const second = await start(first);
    expect(await statusOfMe(browser)).toBe(401);
    await until(
      'the session is revoked',
      () => statusOf(second, session.id),
      status => status === 'revoked',
    );
    expect(await isAccessTokenLive(second, session)).toBe(false);
    expect(await redeemRefreshToken(second, session)).toBe('invalid_grant');
  });
});

async function statusOf({ database }: TestBroker, id: SessionId): Promise<string | undefined> {
  const query = database.selectFrom('oauth_session').select('status').where('id', '=', id);
  return (await query.executeTakeFirst())?.status;
}
