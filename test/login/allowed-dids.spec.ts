import { afterEach, beforeAll, expect, it } from '@jest/globals';
import { startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { describeDialects } from '../database/dialects.ts';
import type { Account } from '../network/network-control.ts';
import { type Network, sharedNetwork } from '../network/network.ts';
import { cookiesSetBy, errorOf, problemOf, statusOfMe } from './answers.ts';

describeDialects('the list of accounts that may sign in', (_open, { dialect, create }) => {
  let network: Network;
  let listed: Account;
  let stranger: Account;
  let running: TestBroker | undefined;
  beforeAll(async () => {
    network = await sharedNetwork();
    const suffix = `${process.pid}-${dialect.slice(0, 2)}.test`;
    listed = await network.createAccount(`in-${suffix}`);
    stranger = await network.createAccount(`out-${suffix}`);
  });
  afterEach(() => running?.app.close());

  async function start(allowedDids: string): Promise<TestBroker> {
    const settings = { LATCHKEY_ALLOWED_DIDS: allowedDids };
    running = await startTestBroker(dialect, await create(), { settings });
    return running;
  }

  it('lets only these accounts in, and keeps nothing of a refused account, here or at its server', async () => {
    const broker = await start(`${listed.did},did:web:other.test`);
    const welcome = broker.browser();
    await welcome.login(listed.handle, listed);
    expect(await statusOfMe(welcome)).toBe(200);
    expect(await network.countGrants(listed.did)).toBe(1);

    const refused = broker.browser();
    const page = await refused.openCallback(
      await refused.authorize(await refused.beginLogin(stranger.handle), stranger),
    );
    expect(await problemOf(page)).toBe('AccountNotAllowed');
    expect(cookiesSetBy(page)).toEqual([]);
    expect(await statusOfMe(refused)).toBe(401);
    expect(await network.countGrants(stranger.did)).toBe(0);
    const rows = await broker.database.selectFrom('oauth_session').select('did').execute();
    expect(rows).toEqual([{ did: listed.did }]);
  });

  it('lets no account in if it is empty', async () => {
    const browser = (await start('')).browser();
    const callback = await browser.authorize(await browser.beginLogin(stranger.handle), stranger);
    const answer = await browser.get(callback.pathname + callback.search);
    expect(await errorOf(answer)).toEqual({ status: 403, error: 'AccountNotAllowed' });
    expect(await network.countGrants(stranger.did)).toBe(0);
  });
});
