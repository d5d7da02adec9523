import { beforeAll, expect, it } from '@jest/globals';
import type { Selectable } from 'kysely';
import { digestOf, newSecret } from '../../src/crypto/secret.ts';
import type { OauthStateTable } from '../../src/database/tables/oauth-state.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { cookiesSetBy, problemOf, statusOfMe } from '../login/answers.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import { countAlarms } from './alarms.ts';

type StateRow = Selectable<OauthStateTable>;

const bindingOfThief = newSecret();
const stateOfThief = newSecret();

/** The edits, each with the state and the browser that the thief uses for the callback. */
const edits: { column: keyof StateRow; value: string; state?: string; binding?: string }[] = [
  { column: 'id', value: digestOf(stateOfThief), state: stateOfThief },
  { column: 'purpose', value: 'reconnect' },
  { column: 'target', value: 'another' },
  { column: 'return_to', value: 'https://evil.test/' },
  { column: 'binding_digest', value: digestOf(bindingOfThief), binding: bindingOfThief },
  { column: 'created_at', value: '2020-01-01T00:00:00.000Z' },
  { column: 'expires_at', value: '2099-01-01T00:00:00.000Z' },
  { column: 'sealed', value: '1.0123456789abcdef.AAAA' },
];

describeBroker('an edited row of a pending login', broker => {
  let browser: BrowserClient;
  let callback: URL;
  let row: StateRow;
  beforeAll(async () => {
    browser = broker().browser();
    const page = await browser.beginLogin('alice.test');
    callback = await browser.authorize(page, accountOf(broker(), 'alice.test'));
    row = await broker().database.selectFrom('oauth_state').selectAll().executeTakeFirstOrThrow();
  });

  it('is tested in every column', () => {
    expect(edits.map(({ column }) => column).sort()).toEqual(Object.keys(row).sort());
  });

  it.each(edits)(
    'signs no browser in, and raises an alarm: $column',
    async ({ column, value, state, binding }) => {
      await putRow(broker(), { ...row, [column]: value });
      const alarms = countAlarms(broker());
      const opened = new URL(callback);
      if (state) opened.searchParams.set('state', state);
      const thief = broker().browser();
      const own = browser.cookie('latchkey-login') ?? '';
      thief.agent.cookies.set(thief.publicUrl.host, 'latchkey-login', binding ?? own);

      const page = await thief.openCallback(opened);
      expect(await problemOf(page)).toBe('SealedRowUnreadable');
      expect(cookiesSetBy(page)).toEqual([]);
      expect(countAlarms(broker())).toBe(alarms + 1);
    },
  );

  it('works again after it is restored', async () => {
    await putRow(broker(), row);
    expect(await problemOf(await browser.openCallback(callback))).toBeUndefined();
    expect(await statusOfMe(browser)).toBe(200);
  });
});

async function putRow({ database }: TestBroker, row: StateRow): Promise<void> {
  await database.deleteFrom('oauth_state').execute();
  await database.insertInto('oauth_state').values(row).execute();
}
