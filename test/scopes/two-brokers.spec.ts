import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { Refresher } from '../../src/sessions/refresher.service.ts';
import { stopBackground } from '../background/due.ts';
import { startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { describeDialects, isRequested } from '../database/dialects.ts';
import { sessionOf } from '../login/granted.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import { sharedNetwork } from '../network/network.ts';
import { narrow, publish, standInForNameServers, tags, whole } from './crates.ts';

/** After so long every instance knows what a session was granted. */
const BOUND_MS = 5_000;
const nsid = 'com.example.crate.shared';
const settings = { LATCHKEY_SCOPE: `atproto include:${nsid}` };
const name = 'the scope of a session that two brokers serve';

// A file of SQLite is for one process.
if (!isRequested('postgres')) it.skip(`${name} (postgres, which DIALECTS leaves out)`, () => undefined);

describeDialects(
  name,
  (_open, { dialect, create }) => {
    let first: TestBroker;
    let second: TestBroker;
    beforeAll(async () => {
      const authority = await publish({ network: await sharedNetwork() }, nsid, whole);
      standInForNameServers(() => Promise.resolve([`did=${authority}`]));
      const database = await create();
      first = await startTestBroker(dialect, database, { settings, confidential: true });
      second = await startTestBroker(dialect, database, { settings, peer: first });
      await stopBackground(first);
      await stopBackground(second);
    });
    afterAll(async () => {
      await second.app.close();
      await first.app.close();
      jest.restoreAllMocks();
    });

    it('is known at once where it was refreshed, and within five seconds at the other, in use all the while', async () => {
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
      while (performance.now() - refreshed < BOUND_MS) {
        await scopeAt(other);
        await sleep(250);
      }
      expect(await scopeAt(other)).toBe(`repo:${tags} atproto`);
    });
  },
  ['postgres'],
);
