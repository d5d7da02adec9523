import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditLog } from '../../src/audit/audit-log.service.ts';
import { auditEvent } from '../audit/events.ts';
import { startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { isRequested } from '../database/dialects.ts';
import { until } from '../until.ts';
import { type Postgres, startPostgres } from '../network/postgres.ts';
import { byLabel, readSamples, scrape } from './exposition.ts';

const suite = isRequested('postgres') ? describe : describe.skip;

suite('metrics while the database is away', () => {
  let postgres: Postgres;
  let broker: TestBroker;
  beforeAll(async () => {
    postgres = await startPostgres();
    broker = await startTestBroker('postgres', { kind: 'postgres', url: await postgres.createDatabase() });
  });
  afterAll(async () => {
    await broker.app.close();
    await postgres.stop();
  });

  it('are served without the values of the database, and say so', async () => {
    await postgres.halt();
    const answer = await scrape(broker);
    expect(answer.status).toBe(200);
    const samples = readSamples(await answer.text());
    for (const name of ['latchkey_sessions', 'latchkey_sessions_in_doubt']) {
      expect(samples.filter(sample => sample.name === name)).toEqual([]);
      expect(broker.logLines.filter(line => line.includes(`"metric":"${name}"`))).toHaveLength(1);
    }
    expect(byLabel(samples, 'latchkey_spooled_answers')).toEqual({ '': expect.any(Number) });
    expect(byLabel(samples, 'latchkey_measurement_failures_total')).toEqual({
      latchkey_sessions: 1,
      latchkey_sessions_in_doubt: 1,
      latchkey_spooled_answers: 0,
      latchkey_stuck_answers: 0,
      latchkey_native_spooled_answers: 0,
      latchkey_native_stuck_answers: 0,
      latchkey_unread_answers: 0,
      latchkey_high_water_marks: 0,
      latchkey_native_tokens_in_memory: 0,
      latchkey_service_tokens_kept: 0,
    });
    await postgres.resume();
  });

  it('count the refusals that could not be audited meanwhile', async () => {
    const lost = async (): Promise<number | undefined> =>
      byLabel(readSamples(await (await scrape(broker)).text()), 'latchkey_audit_events_lost_total')[''];
    expect(await lost()).toBe(0);
    await postgres.halt();
    for (let index = 0; index < 3; index++) broker.app.get(AuditLog).note(auditEvent());
    await until('three lost events are counted', lost, count => count === 3);
    await postgres.resume();
  });
});
