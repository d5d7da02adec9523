import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { InstanceView } from '../../src/background/states/instance-view.ts';
import { InstanceRepository } from '../../src/leases/instances/instance.repository.ts';
import { Instances } from '../../src/leases/instances/instances.service.ts';
import { SpoolDirectory } from '../../src/leases/spools/spool-directory.service.ts';
import { runLatchkey } from '../broker/latchkey-command.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { operate, type OperatorAnswer } from '../sessions/operate.ts';

describeBroker('the list of instances', suite);

function suite(broker: () => TestBroker): void {
  const self = (): string => broker().app.get(SpoolDirectory).spoolId;

  /** Inserts a process that was last seen some minutes ago. */
  async function insertInstance(minutesAgo: number): Promise<string> {
    const { database } = broker();
    const [owner, seen_at] = [randomUUID(), database.now(-minutesAgo * 60)];
    await database
      .insertInto('instance')
      .values({ owner, started_at: seen_at, seen_at, spool_state: 'filled' })
      .execute();
    return owner;
  }

  async function view(spoolId: string): Promise<InstanceView | undefined> {
    const { body } = await operate(broker(), 'GET /api/instances');
    return (body.instances as InstanceView[]).find(each => each.spoolId === spoolId);
  }

  const giveUp = (spoolId: string): Promise<OperatorAnswer> =>
    operate(broker(), `POST /api/instances/${spoolId}/give-up`);

  it('tells the id of each spool, and whether it is known to be empty', async () => {
    const silent = await insertInstance(2);
    expect(await view(self())).toMatchObject({ state: 'this', isSpoolEmpty: true, givenUpAt: null });
    expect(await view(silent)).toMatchObject({ state: 'silent', isSpoolEmpty: false, givenUpAt: null });
  });

  it('lets the operator give up a silent one, once', async () => {
    const silent = await insertInstance(2);
    expect(await giveUp(silent)).toMatchObject({ status: 204 });
    const first = await view(silent);
    expect(first).toMatchObject({ state: 'given-up', givenUpAt: expect.stringMatching(/Z$/) as unknown });
    expect(await giveUp(silent)).toMatchObject({ status: 204 });
    expect(await view(silent)).toEqual(first);
    const { body } = await operate(broker(), 'GET /api/audit-events?action=instance.given-up');
    const events = body.auditEvents as { target: { id: string }; actor: { kind: string } }[];
    expect(events.filter(({ target }) => target.id === silent)).toMatchObject([
      { actor: { kind: 'operator' } },
    ]);
  });

  it('refuses to give up one that runs, and one that it does not know', async () => {
    const alive = await insertInstance(1);
    for (const running of [alive, self()])
      expect(await giveUp(running)).toMatchObject({ status: 409, body: { error: 'InstanceRunning' } });
    for (const unknown of [randomUUID(), 'nobody', 'no%00body'])
      expect(await giveUp(unknown)).toMatchObject({ status: 404, body: { error: 'NotFound' } });
    expect(await view(alive)).toMatchObject({ givenUpAt: null });
  });

  it('tells of a process that runs with a copy of its spool', async () => {
    const { app, logLines, url } = broker();
    const instances = app.get(Instances);
    const readiness = async (): Promise<unknown> => (await fetch(`${url}/readyz`)).json();
    const rows = app.get(InstanceRepository, { strict: false });
    await rows.writeStart(self(), 'empty');
    await instances.beat();
    await instances.beat();
    expect(await readiness()).toEqual({ status: 'degraded', reasons: ['copied_spool'] });
    expect(logLines.filter(line => line.includes('spool id used by another process'))).toHaveLength(1);
    await rows.remove(self());
    await instances.beat();
    expect(await readiness()).toEqual({ status: 'ok' });
  });

  it('is printed by the command line, which gives one up too', async () => {
    const silent = await insertInstance(2);
    const table = await runLatchkey(broker(), 'instances', 'list');
    expect(table).toMatch(/^SPOOL ID +STATE +SPOOL +STARTED +LAST HEARTBEAT\n/);
    expect(table).toMatch(new RegExp(`\\n${self()} +this +empty +\\S+Z +\\S+Z`));
    expect(table).toMatch(new RegExp(`\\n${silent} +silent +holds answers +\\S+Z +\\S+Z`));
    expect(await runLatchkey(broker(), 'instances', 'give-up', silent)).toBe(`${silent} is given up.`);
    expect(await view(silent)).toMatchObject({ state: 'given-up' });
    await expect(runLatchkey(broker(), 'instances', 'give-up', self())).rejects.toThrow(/^InstanceRunning: /);
  });
}
