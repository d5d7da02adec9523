import { beforeAll, expect, it } from '@jest/globals';
import type { Selectable } from 'kysely';
import type { ClientKeyTable } from '../../src/database/tables/client-key.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { statusOfMe } from '../login/answers.ts';
import { countAlarms } from './alarms.ts';
import { asId } from '../ids.ts';

type KeyRow = Selectable<ClientKeyTable>;

const past = '2020-01-01T00:00:00.000Z';
const future = '2099-01-01T00:00:00.000Z';

/** The columns that the key is bound to. */
const binding: Partial<KeyRow>[] = [{ kid: 'another' }, { sealed: '1.0123456789abcdef.AAAA' }];

/** With these edits the broker finds no key to start with. They do not open the key. */
const closing: Partial<KeyRow>[] = [
  { app: asId('a native app') },
  { active_at: '9999-12-31T23:59:59.999Z' }, // Not activated.
  { retired_at: past },
];

/** Columns without a meaning for the key's use. */
const meaningless: Partial<KeyRow>[] = [
  { created_at: past },
  { published_at: past },
  // The database's clock may have gone back since.
  { active_at: future },
];

describeBroker(
  'an edited row of a client key',
  broker => {
    let row: KeyRow;
    beforeAll(async () => {
      row = await broker().database.selectFrom('client_key').selectAll().executeTakeFirstOrThrow();
    });

    const edited = async (edit: Partial<KeyRow>, look: () => Promise<void>): Promise<void> => {
      await put(broker(), { ...row, ...edit });
      try {
        await look();
      } finally {
        await put(broker(), row);
      }
    };
    const beginLogin = (): Promise<Response> =>
      broker().browser().post('/oauth/login', { identifier: 'alice.test' });

    it('is tested in every column', () => {
      const tried = [...binding, ...closing, ...meaningless].flatMap(edit => Object.keys(edit));
      expect([...new Set(tried)].sort()).toEqual(Object.keys(row).sort());
    });

    it.each(binding)('neither signs nor is published, and raises an alarm: %j', edit =>
      edited(edit, async () => {
        const alarms = countAlarms(broker());
        expect((await beginLogin()).status).toBe(503);
        expect((await broker().browser().get('/.well-known/jwks.json')).status).toBe(503);
        expect(countAlarms(broker())).toBe(alarms + 2);
      }),
    );

    it.each(closing)('does not sign: %j', edit =>
      edited(edit, async () => {
        expect((await beginLogin()).status).toBe(500);
      }),
    );

    it.each(meaningless)('signs as before: %j', edit =>
      edited(edit, async () => {
        expect((await beginLogin()).status).toBe(303);
      }),
    );

    it('works again after it is restored', async () => {
      const browser = broker().browser();
      await browser.login('alice.test', accountOf(broker(), 'alice.test'));
      expect(await statusOfMe(browser)).toBe(200);
    });
  },
  { confidential: true },
);

async function put({ database }: TestBroker, row: KeyRow): Promise<void> {
  await database.deleteFrom('client_key').execute();
  await database.insertInto('client_key').values(row).execute();
}
