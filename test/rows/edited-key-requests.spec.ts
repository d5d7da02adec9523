import { beforeEach, expect, it } from '@jest/globals';
import type { KeyRequestRow } from '../../src/api-keys/requests/rules/key-request.ts';
import { stopBackground } from '../background/due.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { askAndAuthorize, type AuthorizedAsk } from '../key-requests/made-up.ts';
import { keyRequestOf } from '../key-requests/rows.ts';
import { errorOf } from '../login/answers.ts';
import { KeyAsker } from '../network/key-asker.ts';
import { countAlarms } from './alarms.ts';

/** The original rows of two requests. The first one gets edited. */
type Rows = { own: KeyRequestRow; other: KeyRequestRow };

const later = '2099-01-01T00:00:00.000Z';

const edits: Record<Exclude<keyof KeyRequestRow, 'id'>, (rows: Rows) => string | number | null> = {
  did: () => 'did:plc:cccccccccccccccccccccccc',
  handle: () => 'bob.test',
  name: () => 'another',
  scope: () => 'atproto',
  asked_from: () => '203.0.113.9',
  status: () => 'pending',
  loopback: () => 'http://127.0.0.1:4000/',
  code_digest: ({ other }) => other.code_digest,
  tries: () => 1,
  session_id: ({ other }) => other.session_id,
  api_key_id: () => null,
  expires_in_days: () => 365,
  created_at: () => later,
  expires_at: () => later,
  mac: ({ other }) => other.mac,
};
const columns = (Object.keys(edits) as (keyof typeof edits)[]).filter(column => column !== 'api_key_id');

describeBroker(
  'an edited row of a key request',
  broker => {
    let own: AuthorizedAsk;
    let rows: Rows;
    beforeEach(async () => {
      await stopBackground(broker());
      const other = await askAndAuthorize(broker());
      own = await askAndAuthorize(broker());
      rows = {
        own: await keyRequestOf(broker(), own.asked.id),
        other: await keyRequestOf(broker(), other.asked.id),
      };
    });

    it('is tested in every column but the id, by which it is found, and the key, which must exist', () => {
      expect(['id', ...Object.keys(edits)].sort()).toEqual(Object.keys(rows.own).sort());
    });

    it.each(columns)('issues no key, stays unchanged and raises an alarm: %s', async column => {
      const edited = { ...rows.own, [column]: edits[column](rows) };
      await replaceRow(broker(), edited);
      const alarms = countAlarms(broker());
      const asker = new KeyAsker(broker().url);
      const { asked, code } = own;
      const unreadable = { status: 503, error: 'SealedRowUnreadable' };
      expect(await errorOf(await asker.poll(asked))).toEqual(unreadable);
      expect(await errorOf(await asker.tryClaim(asked, code))).toEqual(unreadable);
      for (const path of ['', '/approve', '/deny']) {
        const browser = broker().browser();
        const answer =
          path === ''
            ? await browser.open(`/connect/${asked.id}`)
            : await browser.submit(`/connect/${asked.id}${path}`, {});
        expect(answer.status).toBe(503);
      }
      expect(countAlarms(broker())).toBe(alarms + 5);
      expect(await keyRequestOf(broker(), asked.id)).toEqual(edited);
      await replaceRow(broker(), rows.own);
      await asker.claim(asked, code);
    });
  },
  { settings: { LATCHKEY_KEYS_PER_ACCOUNT: '1000' } },
);

async function replaceRow({ database }: TestBroker, row: KeyRequestRow): Promise<void> {
  await database.updateTable('key_request').set(row).where('id', '=', row.id).execute();
}
