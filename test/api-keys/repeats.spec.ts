import { beforeAll, expect, it } from '@jest/globals';
import type { Did } from '../../src/database/tables/did.ts';
import { dumpTables } from '../rows/table-dump.ts';
import { stopBackground } from '../background/due.ts';
import { callWith, issueKey, type TestKey } from '../broker/issued-key.ts';
import { storeCookie, storeSession } from '../broker/stored-session.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';
import { letKeptSecretsExpire } from './kept-secrets.ts';

const alice = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa';
const bob = 'did:plc:bbbbbbbbbbbbbbbbbbbbbbbb';
const AT_ONCE = 10;

const reused = { status: 422, error: 'IdempotencyKeyReused' };

type Rotated = { status: number; secret: string | undefined; error: string | undefined };

describeBroker('the rotation of a key', suite, { settings: { LATCHKEY_KEYS_PER_ACCOUNT: '1000' } });

function suite(broker: () => TestBroker): void {
  beforeAll(() => stopBackground(broker()));

  const newKey = async (did: Did = alice): Promise<TestKey> =>
    issueKey(broker(), await storeSession(broker(), broker().network.pds, { did }, 'api_key'));
  const statusWith = async (secret = ''): Promise<number> =>
    (await callWith(broker(), { secret }, 'GET /api/me')).status;

  it('returns the same secret to each repetition with the same Idempotency-Key', async () => {
    const { id } = await newKey();
    const first = await rotate(broker(), id, 'a');
    expect(first).toMatchObject({ status: 200, secret: expect.stringMatching(/^ckapi_/) });
    expect(await rotate(broker(), id, 'a')).toEqual(first);
    expect(await statusWith(first.secret)).toBe(200);
  });

  it('rotates once for many simultaneous repetitions', async () => {
    const { id } = await newKey();
    const all = await Promise.all(Array.from({ length: AT_ONCE }, () => rotate(broker(), id, 'many')));
    expect(all).toEqual(Array(AT_ONCE).fill(all[0]));
    expect(await statusWith(all[0]?.secret)).toBe(200);
  });

  it('rotates again without an Idempotency-Key, or with another one', async () => {
    const { id } = await newKey();
    const secrets = [
      await rotate(broker(), id),
      await rotate(broker(), id),
      await rotate(broker(), id, 'b'),
      await rotate(broker(), id, 'c'),
    ].map(({ secret }) => secret);
    expect(new Set(secrets).size).toBe(4);
    expect(await Promise.all(secrets.map(statusWith))).toEqual([401, 401, 401, 200]);
  });

  it('is refused if its Idempotency-Key was used for another key or another body, and changes nothing', async () => {
    const [one, other] = [await newKey(), await newKey()];
    const { secret } = await rotate(broker(), one.id, 'd');
    expect(await rotate(broker(), other.id, 'd')).toMatchObject(reused);
    expect(await rotate(broker(), one.id, 'd', { graceSeconds: 60 })).toMatchObject(reused);
    expect(await Promise.all([secret, other.secret].map(statusWith))).toEqual([200, 200]);
  });

  it('is not repeated with the Idempotency-Key of another account', async () => {
    const [mine, theirs] = [await newKey(), await newKey(bob)];
    const first = await rotate(broker(), mine.id, 'e');
    const second = await rotate(broker(), theirs.id, 'e', {}, bob);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(first.secret).not.toBe(second.secret);
  });

  it('is not repeated after a later rotation, after the revocation or after five minutes', async () => {
    const [replaced, revoked, old] = [await newKey(), await newKey(), await newKey()];
    const first = await rotate(broker(), replaced.id, 'f');
    await rotate(broker(), replaced.id);
    const third = await rotate(broker(), replaced.id, 'f');
    expect([third.status, third.secret === first.secret]).toEqual([200, false]);
    await rotate(broker(), revoked.id, 'g');
    await ask(broker(), `DELETE /api/keys/${revoked.id}`);
    expect(await rotate(broker(), revoked.id, 'g')).toMatchObject({ status: 409, error: 'ApiKeyEnded' });
    const before = await rotate(broker(), old.id, 'h');
    await letKeptSecretsExpire(broker());
    const after = await rotate(broker(), old.id, 'h');
    expect([after.status, after.secret === before.secret]).toEqual([200, false]);
  });

  it.each(['', ' ', 'a b', 'ä', 'x'.repeat(256)])('is refused with the Idempotency-Key %j', async name => {
    const { id, secret } = await newKey();
    expect(await rotate(broker(), id, name)).toMatchObject({ status: 400, error: 'InvalidRequest' });
    expect(await statusWith(secret)).toBe(200);
  });

  it('keeps its secret sealed, and bound to every column of its row', async () => {
    const { id } = await newKey();
    const { secret } = await rotate(broker(), id, 'i');
    expect(await dumpTables(broker().database)).not.toContain(secret);
    const rows = await broker().database.selectFrom('issued_secret').selectAll().execute();
    const row = rows.find(({ api_key_id }) => api_key_id === id);
    if (!row) throw new Error('no secret is kept');
    const other = await newKey();
    const edits = {
      api_key_id: other.id,
      fingerprint: 'another',
      expires_at: '2099-01-01T00:00:00.000Z',
    } as const;
    for (const [column, value] of Object.entries(edits)) {
      await set(broker(), row.id, { [column]: value });
      expect(await rotate(broker(), id, 'i')).toMatchObject({ status: 503, error: 'SealedRowUnreadable' });
      await set(broker(), row.id, row);
    }
    expect((await rotate(broker(), id, 'i')).secret).toBe(secret);
  });
}

async function set({ database }: TestBroker, id: string, change: object): Promise<void> {
  await database.updateTable('issued_secret').set(change).where('id', '=', id).execute();
}

async function rotate(
  broker: TestBroker,
  id: string,
  name?: string,
  body: object = {},
  did: Did = alice,
): Promise<Rotated> {
  const answer = await ask(broker, `POST /api/keys/${id}/rotate`, { name, body, did });
  const { secret, error } = (await answer.json()) as { secret?: string; error?: string };
  return { status: answer.status, secret, error };
}

/** A request of an owner's browser. */
async function ask(
  broker: TestBroker,
  line: string,
  { name, body, did = alice }: { name?: string | undefined; body?: object; did?: Did } = {},
): Promise<Response> {
  const session = await storeSession(broker, broker.network.pds, { did });
  const [method = '', path = ''] = line.split(' ');
  return exchange(new URL(path, broker.url), {
    method,
    headers: {
      cookie: `latchkey=${await storeCookie(broker, session)}`,
      'x-latchkey-csrf': '1',
      ...(name !== undefined && { 'idempotency-key': name }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}
