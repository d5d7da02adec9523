import { beforeAll, describe, expect, it } from '@jest/globals';
import { ApiKeyRotations } from '../../src/api-keys/keys/api-key-rotations.service.ts';
import { ApiKeys } from '../../src/api-keys/keys/api-keys.service.ts';
import { ApiKeyLastUse } from '../../src/api-keys/keys/api-key-last-use.service.ts';
import { newApiKeySecret } from '../../src/crypto/api-key-secret.ts';
import { digestOf } from '../../src/crypto/secret.ts';
import { listEvents } from '../audit/events.ts';
import { byTest, callWith, issueKey, type TestKey } from '../broker/issued-key.ts';
import { storeSession } from '../broker/stored-session.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { byLabel, readSamples, scrape } from '../observability/exposition.ts';
import { until } from '../until.ts';
import { dumpTables } from '../rows/table-dump.ts';

const LIMIT = 50;
const settings = { LATCHKEY_LIMIT_PER_CREDENTIAL: String(LIMIT), LATCHKEY_KEYS_PER_ACCOUNT: '100' };

describeBroker('presenting an API key', suite, { settings });

function suite(broker: () => TestBroker): void {
  const newKey = async (expiresAt: Date | null = null): Promise<TestKey> => {
    const session = await storeSession(broker(), broker().network.pds, {}, 'api_key');
    return issueKey(broker(), session, { expiresAt });
  };
  const statusWith = async (secret: string): Promise<number> =>
    (await callWith(broker(), { secret }, 'GET /api/me')).status;
  const logged = (text: string): string[] => broker().logLines.filter(line => line.includes(text));

  describe('of each kind', () => {
    let secrets: Record<'good' | 'revoked' | 'expired' | 'rotated' | 'unknown' | 'malformed', string>;
    beforeAll(async () => {
      const { app } = broker();
      const [good, revoked, rotated] = [await newKey(), await newKey(), await newKey()];
      const expired = await newKey(new Date(Date.now() - 1));
      await app.get(ApiKeys).revoke(revoked.id, undefined, byTest);
      await app.get(ApiKeyRotations).rotate(rotated.id, undefined, { graceSeconds: 1 }, byTest);
      secrets = {
        good: good.secret,
        revoked: revoked.secret,
        expired: expired.secret,
        rotated: rotated.secret,
        unknown: newApiKeySecret(),
        malformed: `${good.secret}0`,
      };
      await new Promise(resolve => setTimeout(resolve, 1_050));
    });

    it('is counted by outcome, and an ended key is logged as a security event once', async () => {
      for (const secret of Object.values(secrets))
        for (let time = 0; time < 3; time++) await statusWith(secret);
      const samples = readSamples(await (await scrape(broker())).text());
      expect(byLabel(samples, 'latchkey_api_key_validations_total')).toEqual({
        accepted: 3,
        revoked: 3,
        expired: 3,
        rotated: 3,
        unknown: 3,
        malformed: 3,
      });
      const refused = logged('revoked, expired or rotated API key presented');
      const reasons = refused.map(line => (JSON.parse(line) as { reason: string }).reason);
      expect(reasons.sort()).toEqual(['expired', 'revoked', 'rotated']);
      const malformed = logged('malformed API key presented').map(
        line => JSON.parse(line) as { length: number },
      );
      expect(malformed.map(({ length }) => length)).toEqual([71]);
      await until(
        'four refusals are in the audit log',
        () => refusals(broker()),
        events => events.length === 4,
      );
      expect((await refusals(broker())).map(({ detail }) => detail)).toEqual(
        expect.arrayContaining([...reasons.map(reason => ({ reason })), { reason: 'malformed', length: 71 }]),
      );
    });

    it('leaves no trace of a secret in the database, the log and the metrics', async () => {
      await broker().app.get(ApiKeyLastUse).flush();
      const metrics = await (await scrape(broker())).text();
      const audited = JSON.stringify(await listEvents(broker()));
      const said = [await dumpTables(broker().database), broker().logLines.join(''), metrics, audited];
      expect(said[0]).toContain(digestOf(secrets.good));
      for (const secret of Object.values(secrets)) {
        const forms = [secret, secret.slice(6), Buffer.from(secret).toString('base64').slice(0, 80)];
        for (const text of said) for (const form of forms) expect(text).not.toContain(form);
        for (const text of said.slice(1)) expect(text).not.toContain(digestOf(secret));
      }
    });
  });

  it('is limited per key, and the response says how many requests are left', async () => {
    const [busy, calm] = [await newKey(), await newKey()];
    const answers: Response[] = [];
    for (let call = 0; call <= LIMIT; call++) answers.push(await callWith(broker(), busy, 'GET /api/me'));
    expect(answers.slice(0, LIMIT).map(({ status }) => status)).toEqual(Array(LIMIT).fill(200));
    const last = answers.at(-1);
    expect([last?.status, last?.headers.get('ratelimit-limit')]).toEqual([429, String(LIMIT)]);
    expect(await statusWith(calm.secret)).toBe(200);
  });
}

async function refusals(broker: TestBroker) {
  return (await listEvents(broker, { action: 'api-key.refused' })).auditEvents;
}
