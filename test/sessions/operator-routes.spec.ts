import { beforeAll, describe, expect, it } from '@jest/globals';
import { stopBackground } from '../background/due.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { oauthSessionRow } from '../database/rows.ts';
import { signIn } from '../refresher/test-session.ts';
import { operate, type OperatorAnswer } from './operate.ts';
import { asId } from '../ids.ts';

const DAY_MS = 24 * 60 * 60_000;
const unknownId = '00000000-0000-4000-8000-000000000000';
const invalid = { status: 400, body: { error: 'InvalidRequest' } };
const notFound = { status: 404, body: { error: 'NotFound' } };

describeBroker('the operator with sessions', suite);

function suite(broker: () => TestBroker): void {
  const ask = (line: string, body?: string): Promise<OperatorAnswer> => operate(broker(), line, body);
  const idsOf = ({ body }: OperatorAnswer): string[] =>
    (body.sessions as { id: string }[]).map(({ id }) => id);
  beforeAll(() => stopBackground(broker()));

  describe('in lists', () => {
    const rows = [
      ...Array.from({ length: 5 }, () => oauthSessionRow({ did: 'did:plc:alice' })),
      ...Array.from({ length: 3 }, () => oauthSessionRow({ did: 'did:plc:bob' })),
      oauthSessionRow({ did: 'did:plc:bob', status: 'needs_reauth', reason: 'idle' }),
    ];
    const all = rows.map(({ id }) => id).sort();
    beforeAll(async () => {
      await broker().database.insertInto('oauth_session').values(rows).execute();
    });

    it.each([1, 2, 4, 9, 500])('gets each of them once, in pages of %i', async limit => {
      const seen: string[] = [];
      for (let cursor: unknown; ;) {
        const more = typeof cursor === 'string' ? `&cursor=${cursor}` : '';
        const page = await ask(`GET /api/sessions?limit=${limit}${more}`);
        expect(page.status).toBe(200);
        expect(idsOf(page).length).toBeLessThanOrEqual(limit);
        seen.push(...idsOf(page));
        cursor = page.body.cursor;
        if (cursor === undefined) break;
      }
      expect(seen).toEqual(all);
    });

    it('filters by account and status', async () => {
      expect(idsOf(await ask('GET /api/sessions?did=did:plc:alice'))).toHaveLength(5);
      expect(idsOf(await ask('GET /api/sessions?status=needs_reauth'))).toEqual([rows.at(-1)?.id]);
      expect(idsOf(await ask('GET /api/sessions?did=did:plc:bob&status=active'))).toHaveLength(3);
      expect((await ask('GET /api/sessions?did=did:plc:nobody')).body).toEqual({ sessions: [] });
      expect((await ask(`GET /api/sessions?cursor=ffffffff-ffff-ffff-ffff-ffffffffffff`)).body).toEqual({
        sessions: [],
      });
    });

    it('filters by handle, and by a failing or doubtful refresh', async () => {
      const { database } = broker();
      const [failing = asId(''), doubtful = asId('')] = all;
      const failed = { handle: 'alice.test', failures: 1 };
      await database.updateTable('oauth_session').set(failed).where('id', '=', failing).execute();
      const doubt = { attempt_state: 'in_doubt' } as const;
      await database.updateTable('oauth_session').set(doubt).where('id', '=', doubtful).execute();
      expect(idsOf(await ask('GET /api/sessions?handle=alice.test'))).toEqual([failing]);
      expect(idsOf(await ask('GET /api/sessions?troubled=true'))).toEqual([failing, doubtful]);
      expect(idsOf(await ask('GET /api/sessions?troubled=false'))).toHaveLength(all.length);
      await database.updateTable('oauth_session').set({ failures: 0, attempt_state: null }).execute();
    });

    it.each([
      'handle=%00',
      'handle=alice',
      'troubled=maybe',
      'limit=0',
      'limit=-1',
      'limit=501',
      'limit=1.5',
      'limit=ten',
      'limit=',
      'limit=1&limit=2',
      'limit=Infinity',
      'status=lost',
      'status=',
      'status=ACTIVE',
      'status=active&status=revoked',
      'cursor=',
      'cursor=x',
      'cursor=%00',
      `cursor=${'a'.repeat(65)}`,
      "cursor=' or 1=1 --",
      'did=',
      'did=alice.test',
      'did=did:plc:a%00',
      'did=%FF',
    ])('is refused with %j', async query => {
      const answer = await ask(`GET /api/sessions?${query.replaceAll(' ', '%20')}`);
      expect(answer).toMatchObject(invalid);
      expect(answer.body.message).toMatch(new RegExp(`^${/^\w+/.exec(query)?.[0] ?? ''} `));
    });
  });

  it.each(['GET ', 'DELETE ', 'POST /refresh', 'POST /validate'])(
    'gets NotFound for %s of an unknown session',
    async line => {
      const [method, action = ''] = line.split(' ');
      for (const id of [
        unknownId,
        unknownId.toUpperCase(),
        'x',
        '%00',
        "'",
        'a'.repeat(100),
        'did:plc:alice',
      ])
        expect(await ask(`${method} /api/sessions/${id}${action}`)).toMatchObject(notFound);
    },
  );

  it('reads, refreshes, validates and revokes one', async () => {
    const { id } = await signIn(broker());
    const path = `/api/sessions/${id}`;
    const { status, body } = await ask(`GET ${path}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, status: 'active', reason: null, generation: 1, attempt: 'none' });
    expect(JSON.stringify(body)).not.toMatch(/token|secret|key|sealed/i);
    expect(Date.parse(body.endsAt as string) - Date.parse(body.grantedAt as string)).toBe(14 * DAY_MS);
    expect(await ask(`POST ${path}/refresh`)).toEqual({ status: 200, body: { kind: 'refreshed' } });
    expect(await ask(`POST ${path}/validate`)).toEqual({ status: 200, body: { status: 'active' } });
    expect(await ask(`DELETE ${path}`)).toEqual({ status: 204, body: {} });
    expect((await ask(`GET ${path}`)).body).toMatchObject({ status: 'revoked', endsAt: null });
    expect(await ask(`POST ${path}/refresh`)).toEqual({ status: 200, body: { kind: 'skipped' } });
    const over = { status: 200, body: { status: 'needs_reauth', reason: null } };
    expect(await ask(`POST ${path}/validate`)).toEqual(over);
    expect((await ask(`DELETE ${path}`)).status).toBe(204);
  });

  it.each([
    '{"withinSeconds":-1}',
    '{"withinSeconds":1.5}',
    '{"withinSeconds":"60"}',
    '{"withinSeconds":86401}',
    '[]',
    '{',
  ])('is refused a refresh of due sessions with %s', async body => {
    expect(await ask('POST /api/sessions/refresh-due', body)).toMatchObject(invalid);
  });
}
