import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { Refresher } from '../../src/sessions/refresh/refresher.service.ts';
import type { TestBroker } from '../broker/test-broker.ts';
import { describeTwoBrokers, type TwoBrokers, useUntilKnown } from '../broker/two-brokers.ts';
import { sessionOf } from '../login/granted.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import { sharedNetwork } from '../network/network.ts';
import { narrow, publish, standInForNameServers, tags, whole } from './crates.ts';

const nsid = 'com.example.crate.shared';
const settings = { LATCHKEY_SCOPE: `atproto include:${nsid}` };

// Brokers fetch it when they start.
beforeAll(async () => {
  const authority = await publish({ network: await sharedNetwork() }, nsid, whole);
  standInForNameServers(() => Promise.resolve([`did=${authority}`]));
});
afterAll(() => {
  jest.restoreAllMocks();
});

describeTwoBrokers('a changed scope of a session that two brokers serve', suite, {
  settings,
  confidential: true,
});

function suite(brokers: () => TwoBrokers): void {
  let first: TestBroker;
  let second: TestBroker;
  beforeAll(() => {
    ({ first, second } = brokers());
  });

  it('takes effect at once at the broker that refreshed, and within five seconds at the other, while in constant use', async () => {
    const owner = await first.network.createAccount('shared-scope.test');
    const browser = first.browser();
    await browser.login(owner.did, owner);
    const scopeAt = async (client: BrowserClient): Promise<string> =>
      ((await (await client.get('/api/me')).json()) as { scope: string }).scope;
    const other = browser.through(second.url);
    expect(await scopeAt(other)).toBe(await scopeAt(browser));

    await publish(first, nsid, narrow);
    const { id } = await sessionOf(first, owner.did);
    await first.app.get(Refresher).refresh(id, { kind: 'forced' });
    const refreshed = performance.now();
    expect(await scopeAt(browser)).toBe(`repo:${tags} atproto`);
    await useUntilKnown(refreshed, () => scopeAt(other));
    expect(await scopeAt(other)).toBe(`repo:${tags} atproto`);
  });
}
