import { expect, it } from '@jest/globals';
import { runLatchkey } from '../broker/latchkey-command.ts';
import { storeSession } from '../broker/stored-session.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { publishAged, refuse, step } from '../client-keys/operator.ts';
import { oauthSessionRow } from '../database/rows.ts';
import { operate } from '../sessions/operate.ts';
import { listEvents } from './events.ts';

describeBroker("an operator's change", suite, { confidential: true });

function suite(broker: () => TestBroker): void {
  const byOperator = { actor: { kind: 'operator', id: null }, from: '127.0.0.1' };

  it('of a session is audited, once per change, with the account and the address', async () => {
    const { id, did } = await storeSession(broker(), broker().network.pds);
    await operate(broker(), `POST /api/sessions/${id}/refresh`);
    await operate(broker(), `DELETE /api/sessions/${id}`);
    await operate(broker(), `DELETE /api/sessions/${id}`);
    const { auditEvents } = await listEvents(broker(), { targetId: id });
    const common = { ...byOperator, did, target: { kind: 'session', id }, detail: null };
    expect(auditEvents).toMatchObject([
      { ...common, action: 'session.revoked' },
      { ...common, action: 'session.refresh-requested' },
    ]);
  });

  it('of a client key is audited, but not a dry run or a refused one', async () => {
    const [first = ''] = await signingKids(broker());
    const kid = await publishAged(broker(), 20);
    await step(broker(), `/${kid}/activate?dryRun=true`);
    await refuse(broker(), `/${first}/retire`);
    await step(broker(), `/${kid}/activate`);
    await step(broker(), `/${kid}/activate`);
    await step(broker(), `/${first}/retire`);
    const { auditEvents } = await listEvents(broker());
    const keyEvents = auditEvents.filter(({ target }) => target.kind === 'client-key');
    expect(keyEvents).toMatchObject([
      { ...byOperator, action: 'client-key.retired', target: { id: first } },
      { ...byOperator, action: 'client-key.activated', target: { id: kid } },
      { ...byOperator, action: 'client-key.published', target: { id: kid } },
    ]);
  });

  it('fails if it cannot be audited', async () => {
    const { database } = broker();
    const row = oauthSessionRow({ status: 'needs_reauth', reason: 'idle' });
    await database.insertInto('oauth_session').values(row).execute();
    await database.schema.alterTable('audit_event').renameTo('away').execute();
    const answer = await operate(broker(), `DELETE /api/sessions/${row.id}`);
    const published = await operate(broker(), 'POST /api/client-keys');
    await database.schema.alterTable('away').renameTo('audit_event').execute();
    expect([answer.status, published.status]).toEqual([500, 500]);
    const { body } = await operate(broker(), `GET /api/sessions/${row.id}`);
    expect(body).toMatchObject({ status: 'needs_reauth' });
    const keys = (await operate(broker(), 'GET /api/client-keys')).body.clientKeys;
    expect((keys as { status: string }[]).filter(({ status }) => status === 'published')).toEqual([]);
  });

  it('is shown by latchkey audit', async () => {
    const audit = (...args: string[]): Promise<string> => runLatchkey(broker(), 'audit', ...args);
    const table = await audit('--action', 'client-key.retired', '--limit', '1');
    expect(table).toMatch(/^AT +ACTION +WHO +FROM +ACCOUNT +WHAT +DETAIL\n/);
    expect(table).toMatch(
      /\n\S+Z +client-key.retired +operator +127.0.0.1 +- +client-key \S{43} +-\nMore: --cursor \S+$/,
    );
    const [, cursor = ''] = /--cursor (\S+)$/.exec(table) ?? [];
    const rest = await audit('--action', 'client-key.retired', '--cursor', cursor, '--json');
    expect(JSON.parse(rest)).toEqual({ auditEvents: [] });
    await expect(audit('--did', 'alice.test')).rejects.toThrow(/^InvalidRequest: --did must/);
  });
}

async function signingKids(broker: TestBroker): Promise<string[]> {
  const { body } = await operate(broker, 'GET /api/client-keys');
  const keys = body.clientKeys as { kid: string; signing: boolean }[];
  return keys.filter(({ signing }) => signing).map(({ kid }) => kid);
}
