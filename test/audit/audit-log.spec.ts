import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { AuditLog } from '../../src/audit/audit-log.service.ts';
import { stopBackground, sweepNow } from '../background/due.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { until } from '../until.ts';
import { byLabel, readSamples, scrape } from '../observability/exposition.ts';
import { auditEvent, listEvents } from './events.ts';

const DAY_SECONDS = 24 * 60 * 60;

describeBroker('the audit log', suite, { settings: { LATCHKEY_AUDIT_DAYS: '30' } });

function suite(broker: () => TestBroker): void {
  const log = (): AuditLog => broker().app.get(AuditLog);
  const count = async (): Promise<number> =>
    (await broker().database.selectFrom('audit_event').select('id').execute()).length;
  const lost = async (): Promise<number> => {
    const samples = readSamples(await (await scrape(broker())).text());
    return byLabel(samples, 'latchkey_audit_events_lost_total')[''] ?? NaN;
  };

  beforeAll(() => stopBackground(broker()));
  beforeEach(() => broker().database.deleteFrom('audit_event').execute());

  it('stores who did what to which thing, when and from where', async () => {
    const before = Date.now();
    await log().record({
      action: 'session.revoked',
      actor: { kind: 'browser', id: 'a-browser' },
      did: 'did:plc:alice',
      target: { kind: 'session', id: 'a-session' },
      from: '2001:db8::1',
      detail: { reason: 'asked', tries: 3 },
    });
    await log().record({
      action: 'temp-token.refused',
      actor: { kind: 'anonymous' },
      target: { kind: 'session' },
    });
    const { auditEvents } = await listEvents(broker());
    const common = { id: expect.any(String), at: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/) };
    expect(auditEvents).toEqual([
      {
        ...common,
        action: 'temp-token.refused',
        actor: { kind: 'anonymous', id: null },
        did: null,
        target: { kind: 'session', id: null },
        from: null,
        detail: null,
      },
      {
        ...common,
        action: 'session.revoked',
        actor: { kind: 'browser', id: 'a-browser' },
        did: 'did:plc:alice',
        target: { kind: 'session', id: 'a-session' },
        from: '2001:db8::1',
        detail: { reason: 'asked', tries: 3 },
      },
    ]);
    for (const { at } of auditEvents) expect(Math.abs(Date.parse(at) - before)).toBeLessThan(60_000);
  });

  it('drops the event of a change that is rolled back', async () => {
    const changing = broker()
      .database.transaction()
      .execute(async transaction => {
        await log().record(auditEvent({ did: 'did:plc:undone' }), transaction);
        throw new Error('changed my mind');
      });
    await expect(changing).rejects.toThrow('changed my mind');
    await broker()
      .database.transaction()
      .execute(transaction => log().record(auditEvent({ did: 'did:plc:done' }), transaction));
    expect((await listEvents(broker())).auditEvents.map(({ did }) => did)).toEqual(['did:plc:done']);
  });

  it('fails together with the change if the event cannot be stored', async () => {
    await withoutTable(broker(), async () => {
      await expect(log().record(auditEvent())).rejects.toThrow(/audit_event/);
    });
  });

  it('truncates long texts', async () => {
    const long = `${'x'.repeat(255)}😀${'y'.repeat(100_000)}`;
    const detail = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`${index}${long}`, long]));
    await log().record(
      auditEvent({
        actor: { kind: 'api-key', id: long },
        did: `did:web:${long}`,
        target: { kind: 'session', id: long },
        from: long,
        detail: { ...detail, count: NaN },
      }),
    );
    const row = await broker().database.selectFrom('audit_event').selectAll().executeTakeFirstOrThrow();
    for (const text of [row.actor_id, row.did, row.target_id, row.from_address])
      expect(text).toHaveLength(256);
    expect(Object.keys(JSON.parse(row.detail ?? '') as object)).toHaveLength(16);
    expect(row.detail?.length).toBeLessThan(16 * 2 * 270);
    await listEvents(broker());
  });

  it('stores refusals within a second, with the time when they happened', async () => {
    for (const did of ['did:plc:a', 'did:plc:b', 'did:plc:c'] as const) log().note(auditEvent({ did }));
    log().note(auditEvent({ did: 'did:plc:\0', detail: { name: 'a\0b\ud800' } }));
    await log().record(auditEvent({ did: 'did:plc:later' }));
    expect(await count()).toBe(1);
    await until('five events are stored', count, stored => stored === 5);
    const { auditEvents } = await listEvents(broker());
    const dids = auditEvents.map(({ did }) => did);
    expect(dids.toSorted()).toEqual([
      'did:plc:a',
      'did:plc:b',
      'did:plc:c',
      'did:plc:later',
      'did:plc:\ufffd',
    ]);
    const times = auditEvents.map(({ at }) => Date.parse(at));
    expect(Math.max(...times) - Math.min(...times)).toBeLessThan(900);
  });

  it('deletes all events beyond their retention, also more than one batch, and no others', async () => {
    const { database, logLines } = broker();
    const row = (id: string, secondsAgo: number) => ({
      id,
      at: database.now(-secondsAgo),
      action: 'session.revoked',
      actor_kind: 'operator',
      target_kind: 'session',
    });
    for (let start = 0; start < 1_100; start += 100) {
      const rows = Array.from({ length: 100 }, (_, index) =>
        row(`old-${start + index}`, 30 * DAY_SECONDS + index),
      );
      await database.insertInto('audit_event').values(rows).execute();
    }
    await database
      .insertInto('audit_event')
      .values(row('young', 30 * DAY_SECONDS - 60))
      .execute();
    await sweepNow(broker());
    expect(await database.selectFrom('audit_event').select('id').execute()).toEqual([{ id: 'young' }]);
    expect(logLines.join('')).toContain('"table":"audit_event","rows":1100');
  });

  it('counts refusals that the database does not accept, and continues with the next ones', async () => {
    const before = await lost();
    await withoutTable(broker(), async () => {
      for (let index = 0; index < 7; index++) log().note(auditEvent());
      await until('seven lost events are counted', lost, events => events === before + 7);
    });
    const lines = broker().logLines.filter(line => line.includes('"events":7'));
    expect(lines).toEqual([expect.stringMatching(/audit_event.*audit events lost/)]);
    log().note(auditEvent());
    await until('one event is stored', count, stored => stored === 1);
  });

  // Must be the last test: it uses up the allowance for a while.
  it('stores a thousand refusals of a flood, and counts the rest', async () => {
    const before = await lost();
    for (let index = 0; index < 5_000; index++) log().note(auditEvent());
    const isTold = (): boolean =>
      broker().logLines.some(line => /"events":\d+,"msg":"audit events lost/.test(line));
    await until('the log tells of it', isTold);
    const written = await count();
    expect(written).toBeLessThanOrEqual(1_000);
    expect(written).toBeGreaterThan(900);
    expect((await lost()) - before).toBe(5_000 - written);
  });
}

async function withoutTable({ database }: TestBroker, work: () => Promise<void>): Promise<void> {
  await database.schema.alterTable('audit_event').renameTo('away').execute();
  try {
    await work();
  } finally {
    await database.schema.alterTable('away').renameTo('audit_event').execute();
  }
}
