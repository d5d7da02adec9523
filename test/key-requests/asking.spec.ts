import { beforeAll, expect, it } from '@jest/globals';
import { suspendSession } from '../broker/stored-session.ts';
import { describeBroker, type TestBrokerOptions } from '../broker/test-broker.ts';
import { errorOf } from '../login/answers.ts';
import { KeyAsker } from '../network/key-asker.ts';
import { signIn } from '../refresher/test-session.ts';

const ask = { identifier: 'alice.test', name: 'a bot', scope: 'atproto' };
const anyDatabase = { anyDatabase: true } as const;

describeBroker(
  'requesting a key',
  broker => {
    let asker: KeyAsker;
    beforeAll(() => {
      asker = new KeyAsker(broker().url);
    });

    it.each<[string, Record<string, unknown>, string]>([
      ['no name', { name: '' }, 'name must have'],
      ['a name of blanks', { name: '   ' }, 'name must have'],
      ['a long name', { name: 'x'.repeat(65) }, 'name must have'],
      ['a name of two lines', { name: 'a\nb' }, 'name must have'],
      ['a name with a control character', { name: 'a\u0000b' }, 'name must have'],
      ['a name with half a character', { name: 'a\ud800b' }, 'name must have'],
      ['a name that turns its direction', { name: 'a\u202Eb' }, 'name must have'],
      ['a name with a mark of direction', { name: 'a\u200Fb' }, 'name must have'],
      ['a name with an invisible letter', { name: '\u3164' }, 'name must have'],
      ['a scope without atproto', { scope: 'transition:generic' }, 'scope must contain atproto'],
      ['a scope that is not declared', { scope: 'atproto transition:email' }, 'scope: each part'],
      ['a scope that is part of a declared one', { scope: 'atproto transition:gen' }, 'scope: each part'],
      ['a scope twice', { scope: 'atproto atproto' }, 'scope must not repeat a part'],
      ['two blanks', { scope: 'atproto  transition:generic' }, 'scope must have single spaces'],
      ['no days', { expiresInDays: 0 }, 'expiresInDays must be'],
      ['too many days', { expiresInDays: 366 }, 'expiresInDays must be'],
      ['half a day', { expiresInDays: 0.5 }, 'expiresInDays must be'],
      ['a name for this machine', { loopback: 'http://localhost:4000/' }, 'loopback must be'],
      ['another machine', { loopback: 'http://127.0.0.1.evil.test:4000/' }, 'loopback must be'],
      ['a user in the address', { loopback: 'http://127.0.0.1:80@evil.test/' }, 'loopback must be'],
      ['credentials', { loopback: 'http://a:b@127.0.0.1:4000/' }, 'loopback must be'],
      ['a fragment', { loopback: 'http://127.0.0.1:4000/#a' }, 'loopback must be'],
      ['no port', { loopback: 'http://127.0.0.1/' }, 'loopback must be'],
      ['https', { loopback: 'https://127.0.0.1:4000/' }, 'loopback must be'],
    ])('is refused with %s, and the error names the field', async (_, change, named) => {
      const answer = await asker.tryAsk({ ...ask, ...change });
      const { error, message } = (await answer.json()) as { error: string; message: string };
      expect([answer.status, error, message]).toEqual([
        400,
        'InvalidRequest',
        expect.stringContaining(named),
      ]);
    });

    it('is refused for a loopback address of the broker itself', async () => {
      const answer = await asker.tryAsk({ ...ask, loopback: `${broker().publicUrl}/oauth/login?a` });
      expect(await answer.json()).toMatchObject({ message: expect.stringContaining('loopback must not') });
    });

    it.each([
      [{ identifier: 'no handle' }, 400, 'InvalidIdentifier'],
      [{ identifier: 'https://pds.example' }, 400, 'InvalidIdentifier'],
      [{ identifier: 'nobody-here.test' }, 404, 'AccountNotFound'],
    ])('is refused for %j', async (change, status, error) => {
      expect(await errorOf(await asker.tryAsk({ ...ask, ...change }))).toEqual({ status, error });
    });

    it.each([{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.test' }, { origin: 'null' }])(
      'is refused from the page of another site: %j',
      async headers => {
        expect(await errorOf(await asker.tryAsk(ask, headers))).toEqual({
          status: 403,
          error: 'CrossSiteRequest',
        });
      },
    );

    it.each(['http://127.0.0.1:4000/', 'http://[::1]:4000/done?x=1', 'http://127.0.0.1:80/'])(
      'accepts %s',
      async loopback => {
        expect((await asker.tryAsk({ ...ask, name: 'Bôt 机器人 🤖', loopback })).status).toBe(201);
      },
    );
  },
  anyDatabase,
);

describeBroker(
  'requesting keys too often',
  broker => {
    it('is refused per address, and per account for all addresses together', async () => {
      const asker = new KeyAsker(broker().url);
      const from = (address: string, identifier = 'alice.test') =>
        asker.tryAsk({ ...ask, identifier }, { 'x-forwarded-for': address });
      for (let count = 0; count < 3; count++) expect((await from('203.0.113.1')).status).toBe(201);
      const [byAddress, byAccount] = [await from('203.0.113.1', 'bob.test'), await from('203.0.113.2')];
      for (const refused of [byAddress, byAccount]) {
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(await errorOf(refused)).toEqual({ status: 429, error: 'TooManyRequests' });
      }
      expect((await from('203.0.113.2', 'bob.test')).status).toBe(201);
    });
  },
  { ...anyDatabase, settings: { LATCHKEY_LIMIT_KEY_REQUESTS: '3', LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' } },
);

describeBroker(
  'many requests for a key at once',
  broker => {
    it('are accepted up to the limit of pending requests', async () => {
      const asker = new KeyAsker(broker().url);
      const answers = await Promise.all(Array.from({ length: 12 }, () => asker.tryAsk(ask)));
      const refused = answers.filter(({ status }) => status !== 201);
      expect(refused).toHaveLength(12 - 4);
      for (const answer of refused) {
        expect(answer.headers.get('retry-after')).toBe('60');
        expect(await errorOf(answer)).toEqual({ status: 429, error: 'TooManyKeyRequests' });
      }
      await broker().database.updateTable('key_request').set({ status: 'denied' }).execute();
      expect((await asker.tryAsk(ask)).status).toBe(201);
    });
  },
  { settings: { LATCHKEY_PENDING_KEY_REQUESTS: '4' } },
);

function withSetting(value: string, name = 'LATCHKEY_KEY_REQUESTS'): TestBrokerOptions {
  return { ...anyDatabase, settings: { [name]: value } };
}

describeBroker(
  'requesting a key while key requests are off',
  broker => {
    it('is refused', async () => {
      const answer = await new KeyAsker(broker().url).tryAsk(ask);
      expect(await errorOf(answer)).toEqual({ status: 403, error: 'KeyRequestsOff' });
    });
  },
  withSetting('off'),
);

describeBroker(
  'requesting a key while only signed-in browsers may',
  broker => {
    it('is accepted from a browser with a session, and refused from all other callers', async () => {
      const asker = new KeyAsker(broker().url);
      expect(await errorOf(await asker.tryAsk(ask))).toEqual({
        status: 401,
        error: 'AuthenticationRequired',
      });
      const authorization = `Bearer ${broker().secrets.adminToken}`;
      expect(await errorOf(await asker.tryAsk(ask, { authorization }))).toEqual({
        status: 403,
        error: 'Forbidden',
      });
      const { browser } = await signIn(broker());
      expect((await browser.post('/api/key-requests', { ...ask, identifier: 'bob.test' })).status).toBe(201);
    });

    it('is refused for the moment to a browser whose session waits for a lost answer', async () => {
      const { browser, id } = await signIn(broker());
      await suspendSession(broker(), id);
      const answer = await browser.post('/api/key-requests', { ...ask, identifier: 'bob.test' });
      expect(await errorOf(answer)).toEqual({ status: 503, error: 'SessionSuspended' });
    });
  },
  withSetting('signed-in'),
);

describeBroker(
  'requesting a key for an account that is not allowed',
  broker => {
    it('is refused', async () => {
      const answer = await new KeyAsker(broker().url).tryAsk(ask);
      expect(await errorOf(answer)).toEqual({ status: 403, error: 'AccountNotAllowed' });
      expect(await broker().database.selectFrom('key_request').select('id').execute()).toEqual([]);
    });
  },
  withSetting('did:web:other.test', 'LATCHKEY_ALLOWED_DIDS'),
);
