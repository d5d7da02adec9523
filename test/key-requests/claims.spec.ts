import { beforeAll, expect, it } from '@jest/globals';
import { ApiKeys } from '../../src/api-keys/keys/api-keys.service.ts';
import { letKeptSecretsExpire } from '../api-keys/kept-secrets.ts';
import { listEvents } from '../audit/events.ts';
import { stopBackground, sweepNow } from '../background/due.ts';
import { byTest, callWith } from '../broker/issued-key.ts';
import { describeBroker } from '../broker/test-broker.ts';
import { errorOf } from '../login/answers.ts';
import { type ClaimedKey, KeyAsker } from '../network/key-asker.ts';
import { SessionOperations } from '../../src/sessions/operator/session-operations.service.ts';
import { dumpTables } from '../rows/table-dump.ts';
import { askAndAuthorize } from './made-up.ts';
import { keyRequestOf, sessionStatusOf } from './rows.ts';
import { asId } from '../ids.ts';

const AT_ONCE = 50;
const over = { status: 410, error: 'KeyRequestEnded' };
const wrong = { status: 403, error: 'WrongClaimCode' };

describeBroker(
  'a key that is ready to be claimed',
  broker => {
    let asker: KeyAsker;
    beforeAll(async () => {
      await stopBackground(broker());
      asker = new KeyAsker(broker().url);
    });

    it('is issued once to fifty simultaneous claims, which all get it', async () => {
      const { asked, code } = await askAndAuthorize(broker());
      const keys = await Promise.all(Array.from({ length: AT_ONCE }, () => asker.claim(asked, code)));
      const [first] = keys;
      expect(keys).toEqual(Array(AT_ONCE).fill(first));
      const { session_id, status, api_key_id } = await keyRequestOf(broker(), asked.id);
      expect([status, api_key_id]).toEqual(['claimed', first?.id]);
      const stored = broker()
        .database.selectFrom('api_key')
        .select('id')
        .where('session_id', '=', session_id ?? asId(''));
      expect(await stored.execute()).toEqual([{ id: first?.id }]);
    });

    it('is told again for five minutes, whatever name the claim has, and audited each time', async () => {
      const { asked, code } = await askAndAuthorize(broker());
      const key = await asker.claim(asked, code);
      for (const name of [undefined, 'a', 'b'])
        expect(await (await asker.tryClaim(asked, code.toLowerCase(), name)).json()).toEqual(key);
      expect(await (await asker.poll(asked)).json()).toMatchObject({ status: 'claimed', did: key.did });
      const { auditEvents } = await listEvents(broker(), { targetId: key.id });
      expect(auditEvents.map(({ action }) => action)).toEqual([
        ...Array<string>(3).fill('api-key.secret-repeated'),
        'api-key.issued',
      ]);
      await letKeptSecretsExpire(broker());
      expect(await errorOf(await asker.tryClaim(asked, code))).toEqual(over);
      await sweepNow(broker());
      expect(await broker().database.selectFrom('issued_secret').selectAll().execute()).toEqual([]);
    });

    it('is not told again for a wrong code, nor after five of them', async () => {
      const { asked, code } = await askAndAuthorize(broker());
      await asker.tryClaim(asked, 'x');
      const key = (await (await asker.tryClaim(asked, code, 'a-name')).json()) as ClaimedKey;
      const reused = { status: 422, error: 'IdempotencyKeyReused' };
      expect(await errorOf(await asker.tryClaim(asked, 'x', 'a-name'))).toEqual(reused);
      for (const name of ['another-name', undefined])
        expect(await errorOf(await asker.tryClaim(asked, 'x', name))).toEqual(over);
      expect(await asker.claim(asked, code)).toEqual(key);
      expect(await errorOf(await asker.tryClaim(asked, 'x'))).toEqual(over);
      expect(await errorOf(await asker.tryClaim(asked, code))).toEqual(over);
    });

    it('is not told again after it was revoked', async () => {
      const { asked, code } = await askAndAuthorize(broker());
      const { id } = await asker.claim(asked, code);
      await broker().app.get(ApiKeys).revoke(id, undefined, byTest);
      expect(await errorOf(await asker.tryClaim(asked, code))).toEqual(over);
    });

    it('accepts five of fifty simultaneous wrong codes, then its request and its session end', async () => {
      const { asked, code } = await askAndAuthorize(broker());
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, () => asker.tryClaim(asked, '0000-0000')),
      );
      const errors = await Promise.all(answers.map(errorOf));
      expect(errors.filter(({ error }) => error === 'WrongClaimCode')).toEqual(Array(5).fill(wrong));
      expect(await errorOf(await asker.tryClaim(asked, code))).toEqual({
        status: 401,
        error: 'InvalidToken',
      });
      const { status, tries, session_id } = await keyRequestOf(broker(), asked.id);
      expect([status, tries]).toEqual(['denied', 5]);
      expect(await sessionStatusOf(broker(), session_id ?? asId(''))).toMatch(/^revok/);
    });

    it('is issued for the right code at the fifth try, and each wrong one gets the number of tries left', async () => {
      const { asked, code } = await askAndAuthorize(broker());
      for (const left of ['4 more times', '3 more times', '2 more times', '1 more time.']) {
        const answer = await asker.tryClaim(asked, 'x');
        expect([answer.status, await answer.json()]).toEqual([
          403,
          { error: 'WrongClaimCode', message: expect.stringContaining(left) },
        ]);
      }
      const key = await asker.claim(asked, code);
      expect((await callWith(broker(), key, 'GET /api/me')).status).toBe(200);
    });

    it('is not issued for the token or the code of another request', async () => {
      const [mine, other] = [await askAndAuthorize(broker()), await askAndAuthorize(broker())];
      const { tempToken } = other.asked;
      const unknown = { status: 401, error: 'InvalidToken' };
      expect(await errorOf(await asker.tryClaim({ id: mine.asked.id, tempToken }, mine.code))).toEqual(
        unknown,
      );
      expect(await errorOf(await asker.poll({ id: mine.asked.id, tempToken }))).toEqual(unknown);
      expect(await errorOf(await asker.tryClaim(mine.asked, other.code))).toEqual(wrong);
      await asker.claim(mine.asked, mine.code);
      await asker.claim(other.asked, other.code);
    });

    it('counts no try while its session needs its owner', async () => {
      const { asked, code } = await askAndAuthorize(broker());
      const { session_id } = await keyRequestOf(broker(), asked.id);
      await broker()
        .app.get(SessionOperations, { strict: false })
        .revoke(session_id ?? asId(''), byTest);
      const refused = await asker.tryClaim(asked, code);
      expect(await errorOf(refused)).toEqual({ status: 401, error: 'ReauthorizationRequired' });
      expect(await keyRequestOf(broker(), asked.id)).toMatchObject({ status: 'authorized', tries: 0 });
    });

    it('leaves no code, secret or token in the database and the log', async () => {
      const { asked, code } = await askAndAuthorize(broker());
      const { secret } = await asker.claim(asked, code);
      const dump = (await dumpTables(broker().database)) + broker().logLines.join('\n');
      expect(dump).toContain(asked.id);
      for (const kept of [code, code.replace('-', ''), secret, asked.tempToken])
        expect(dump).not.toContain(kept);
    });
  },
  { settings: { LATCHKEY_KEYS_PER_ACCOUNT: '100' } },
);
