import { beforeAll, describe, expect, it } from '@jest/globals';
import { toTimestamp } from '../../src/database/tables/timestamp.ts';
import { AuditLog } from '../../src/audit/audit-log.service.ts';
import type { AuditEvent } from '../../src/audit/audit-event.ts';
import { stopBackground } from '../background/due.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { operate } from '../sessions/operate.ts';
import { auditEvent, listEvents } from './events.ts';

describeBroker('the list of audit events', suite);

function suite(broker: () => TestBroker): void {
  const record = (change: Partial<AuditEvent>): Promise<void> =>
    broker().app.get(AuditLog).record(auditEvent(change));
  const alices = { did: 'did:plc:alice', target: { kind: 'session', id: 'session-1' } } as const;

  beforeAll(async () => {
    await stopBackground(broker()); // It would sweep the events below, which are old.
    // Events of a batch have the same time, and only their ids differ.
    for (let index = 0; index < 4; index++) {
      const at = toTimestamp(new Date(Date.UTC(2026, 0, index + 1)));
      const values = Array.from({ length: 10 }, (_, row) => ({
        id: `01990000-0000-7000-8000-0000000000${row}${index}`,
        at,
        action: 'client-key.retired',
        actor_kind: 'operator',
        target_kind: 'client-key',
        target_id: `kid-${row}`,
      }));
      await broker().database.insertInto('audit_event').values(values).execute();
    }
    await record(alices);
    await record({ ...alices, action: 'session.revoked' });
    await record({ did: 'did:plc:bob' });
  });

  it.each(['1', '7', '43', '200'])(
    'shows each event once, newest first, page by page of %s, while more come',
    async limit => {
      const all = await broker().database.selectFrom('audit_event').select(['id', 'at']).execute();
      const expected = all
        .toSorted((a, b) => (`${a.at}${a.id}` < `${b.at}${b.id}` ? 1 : -1))
        .map(({ id }) => id);
      const seen: string[] = [];
      for (let cursor: string | undefined; ;) {
        const page = await listEvents(broker(), { limit, ...(cursor !== undefined && { cursor }) });
        expect(page.auditEvents.length).toBeLessThanOrEqual(Number(limit));
        seen.push(...page.auditEvents.map(({ id }) => id));
        ({ cursor } = page);
        if (cursor === undefined) break;
        await record({ did: 'did:plc:meanwhile' });
      }
      expect(seen).toEqual(expected);
    },
  );

  it('has 50 events by default', async () => {
    for (let index = 0; index < 10; index++) await record({});
    expect((await listEvents(broker())).auditEvents).toHaveLength(50);
  });

  it('filters by account, action and target, and by all of them', async () => {
    const actionsOf = async (query: Record<string, string>): Promise<string[]> =>
      (await listEvents(broker(), query)).auditEvents.map(({ action }) => action);
    expect(await actionsOf({ did: 'did:plc:alice' })).toEqual(['session.revoked', 'temp-token.refused']);
    expect(await actionsOf({ did: 'did:plc:nobody' })).toEqual([]);
    expect(await actionsOf({ action: 'session.revoked' })).toEqual(['session.revoked']);
    expect(await actionsOf({ targetId: 'session-1' })).toHaveLength(2);
    expect(await actionsOf({ targetId: 'kid-3' })).toHaveLength(4);
    const both = { did: 'did:plc:alice', targetId: 'session-1', action: 'temp-token.refused' };
    expect(await actionsOf(both)).toEqual(['temp-token.refused']);
    const { cursor } = await listEvents(broker(), { action: 'client-key.retired', limit: '30' });
    expect(await actionsOf({ action: 'client-key.retired', cursor: cursor ?? '' })).toHaveLength(10);
  });

  describe('is refused', () => {
    it.each([
      'limit=0',
      'limit=201',
      'limit=1.5',
      'limit=ten',
      'limit=1&limit=2',
      'action=',
      'action=session.lost',
      'action=session.revoked&action=session.revoked',
      'did=',
      'did=alice.test',
      'did=did:plc:a%00',
      'targetId=',
      'targetId=%00',
      'targetId=a%20b',
      `targetId=${'a'.repeat(257)}`,
      'cursor=',
      'cursor=x',
      'cursor=2026-01-01T00:00:00.000Z',
      'cursor=2026-01-01T00:00:00.000Z_%00',
    ])('with %j', async query => {
      const answer = await operate(broker(), `GET /api/audit-events?${query}`);
      expect(answer).toMatchObject({ status: 400, body: { error: 'InvalidRequest' } });
      expect(answer.body.message).toMatch(new RegExp(`^${/^\w+/.exec(query)?.[0] ?? ''} `));
    });
  });
}
