import { afterEach, expect, it, jest } from '@jest/globals';
import { asId } from '../../test/ids.ts';
import type { Config } from '../config/config.ts';
import type { Instances } from '../leases/instances/instances.service.ts';
import { ProcessClock } from '../waiting/process-clock.service.ts';
import { AttemptRunner } from './attempt-runner.service.ts';
import type { AttemptRows } from './attempt-rows.ts';
import { AttemptSightings } from './attempt-sightings.service.ts';
import { FailPoints } from './fail-points.service.ts';
import type { PersistentWrites } from './persistent-writes.service.ts';
import type { SpoolDisk } from './spool/spool-disk.service.ts';
import type { Failure, OutcomeKind, TokenUse } from './token-use.ts';

const MINUTE_MS = 60_000;
const at = new Date('2026-11-20T18:00:00.000Z');
const claim = { attemptId: asId('a') };

type Outcome = { readonly kind: OutcomeKind };
type Rows = AttemptRows<typeof claim>;
type Use = TokenUse<string, Outcome>;

afterEach(() => {
  jest.useRealTimers();
});

/** An attempt that writes down its steps. Rows and use can be replaced in part. */
function newAttempt({
  rows = {},
  use = {},
  room = () => Promise.resolve(),
}: { rows?: Partial<Rows>; use?: Partial<Use>; room?: () => Promise<void> } = {}) {
  const steps: string[] = [];
  const reservations = new Set<symbol>();
  const reserve: SpoolDisk['reserve'] = async () => {
    await room();
    const reservation = Symbol();
    reservations.add(reservation);
    return () => reservations.delete(reservation);
  };
  const step = <Result>(name: string, result: Result): Promise<Result> => {
    steps.push(name);
    return Promise.resolve(result);
  };
  const failPoints = new FailPoints({ failPoint: undefined } as unknown as Config);
  const writes: Pick<PersistentWrites, 'untilWritten'> = { untilWritten: write => write() };
  const instances: Pick<Instances, 'self'> = { self: 'me' };
  const spoolDisk: Pick<SpoolDisk, 'reserve'> = { reserve };
  const runner = new AttemptRunner(
    instances as Instances,
    failPoints,
    writes as PersistentWrites,
    new AttemptSightings(new ProcessClock()),
    spoolDisk as SpoolDisk,
  );
  const allRows: Rows = {
    claim: () => step('claim', true),
    commit: () => step('commit', at),
    findAttempt: () => step('find', null),
    giveUp: () => step('give up', undefined),
    markInDoubt: () => step('mark in doubt', undefined),
    ...rows,
  };
  const allUses: Use = {
    mostSignatures: 3,
    sign: () => step('sign', 'signed'),
    noteCommit: () => {
      steps.push('note');
    },
    transmit: () => step('transmit', { kind: 'refreshed' }),
    keep: ({ kind }) => step(`keep ${kind}`, undefined),
    settle: ({ kind }) => {
      steps.push(`settle ${kind}`);
      if (kind === 'refreshed') return { kind: 'concluded' };
      return kind === 'unknown' ? { kind: 'in-doubt' } : { kind: 'give-up', retryAfterSeconds: 1 };
    },
    ...use,
  };
  return { steps, reservations, failPoints, runner, run: () => runner.run(allRows, claim, allUses) };
}

it('signs, commits, transmits once, keeps the answer and settles it last', async () => {
  const { steps, run } = newAttempt();
  expect(await run()).toMatchObject({ kind: 'settled', outcome: { kind: 'refreshed' } });
  expect(steps).toEqual([
    'claim',
    'sign',
    'commit',
    'note',
    'transmit',
    'keep refreshed',
    'settle refreshed',
  ]);
});

it('sends nothing without a claim, or without a commit', async () => {
  const unclaimed = newAttempt({ rows: { claim: () => Promise.resolve(false) } });
  expect(await unclaimed.run()).toEqual({ kind: 'busy' });
  expect(unclaimed.steps).toEqual([]);
  const uncommitted = newAttempt({ rows: { commit: () => Promise.resolve(undefined) } });
  expect(await uncommitted.run()).toEqual({ kind: 'superseded' });
  expect(uncommitted.steps).toEqual(['claim', 'sign']);
});

it.each([
  ['of another attempt', { id: asId('b'), state: 'sent', owner: 'me', sentAt: at } as const],
  ['that is only prepared', { id: asId('a'), state: 'prepared', owner: 'me', leaseUntil: at } as const],
  ['that is gone', null],
])('sends nothing when the confirmation is lost and the row tells of a commit %s', async (_name, attempt) => {
  const { steps, run } = newAttempt({
    rows: {
      commit: () => Promise.reject(new Error('lost')),
      findAttempt: () => Promise.resolve(attempt),
    },
  });
  expect(await run()).toMatchObject({ kind: 'settled', outcome: { kind: 'not-sent' } });
  expect(steps).toEqual(['claim', 'sign', 'settle not-sent', 'give up']);
});

it('sends when the confirmation is lost and the row tells of its own commit', async () => {
  const attempt = { id: asId('a'), state: 'sent', owner: 'me', sentAt: at } as const;
  const { steps, run } = newAttempt({
    rows: { commit: () => Promise.reject(new Error('lost')), findAttempt: () => Promise.resolve(attempt) },
  });
  await run();
  expect(steps).toContain('transmit');
});

it('sends nothing when the confirmation of a second commit is lost and the row tells of the first one', async () => {
  let commits = 0;
  const { steps, run } = newAttempt({
    rows: {
      commit: () => (++commits === 1 ? Promise.resolve(at) : Promise.reject(new Error('lost'))),
      findAttempt: () => Promise.resolve({ id: asId('a'), state: 'sent', owner: 'me', sentAt: at }),
    },
    use: { transmit: () => Promise.resolve({ kind: 'sign-again' }) },
  });
  expect(await run()).toMatchObject({ outcome: { kind: 'not-sent' } });
  expect(commits).toBe(2);
  expect(steps.slice(-2)).toEqual(['settle not-sent', 'give up']);
});

it('sends again when the confirmation of a second commit is lost and the row tells of it', async () => {
  const transmissions: string[] = [];
  let commits = 0;
  const { run } = newAttempt({
    rows: {
      commit: () => (++commits === 1 ? Promise.resolve(at) : Promise.reject(new Error('lost'))),
      findAttempt: () =>
        Promise.resolve({ id: asId('a'), state: 'sent', owner: 'me', sentAt: new Date(at.getTime() - 1) }),
    },
    use: {
      transmit: signed => {
        transmissions.push(signed);
        return Promise.resolve({ kind: transmissions.length === 1 ? 'sign-again' : 'refreshed' });
      },
    },
  });
  expect(await run()).toMatchObject({ outcome: { kind: 'refreshed' } });
  expect(transmissions).toHaveLength(2);
});

it('sends nothing that was signed more than five seconds ago', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
  const { steps, failPoints, run } = newAttempt();
  failPoints.arm('before_send', () => {
    jest.setSystemTime(Date.now() + 5_001);
  });
  expect(await run()).toMatchObject({ outcome: { kind: 'not-sent' } });
  expect(steps).toEqual(['claim', 'sign', 'commit', 'note', 'settle not-sent', 'give up']);
});

it('commits for each signature, and stops after the last one', async () => {
  const refusals: Partial<Use> = { transmit: () => Promise.resolve({ kind: 'sign-again' }) };
  const { steps, run } = newAttempt({ use: refusals });
  expect(await run()).toMatchObject({ outcome: { kind: 'sign-again' } });
  expect(steps.filter(step => step === 'commit')).toHaveLength(3);
  expect(steps.filter(step => step.startsWith('keep'))).toEqual([]);
});

it('keeps the answer although a failure comes before, and is in doubt then', async () => {
  const { steps, failPoints, run } = newAttempt();
  failPoints.arm('before_write', () => {
    throw new Error('no');
  });
  expect(await run()).toMatchObject({ outcome: { kind: 'unknown' } });
  expect(steps.slice(-3)).toEqual(['keep refreshed', 'settle unknown', 'mark in doubt']);
});

it('ends after ten minutes without an answer, keeps a late one, and is in doubt only then', async () => {
  jest.useFakeTimers();
  const late = Promise.withResolvers<Outcome>();
  const { steps, runner, run } = newAttempt({ use: { transmit: () => late.promise } });
  const ended = run();
  await jest.advanceTimersByTimeAsync(10 * MINUTE_MS - 1);
  expect(steps).not.toContain('settle unknown');
  await jest.advanceTimersByTimeAsync(1);
  expect((await ended) as { outcome: Failure }).toMatchObject({ outcome: { kind: 'unknown' } });
  expect(steps.at(-1)).toBe('settle unknown');
  expect(runner.isListening(claim.attemptId)).toBe(true);
  late.resolve({ kind: 'refreshed' });
  await jest.advanceTimersByTimeAsync(0);
  expect(steps.slice(-3)).toEqual(['settle unknown', 'keep refreshed', 'mark in doubt']);
  expect(runner.isListening(claim.attemptId)).toBe(false);
});

it('runs from its commit until its verdict is written', async () => {
  const running: boolean[] = [];
  const look = (): void => {
    running.push(runner.isRunning(claim.attemptId));
  };
  const { runner, run } = newAttempt({
    rows: {
      giveUp: () => {
        look();
        return Promise.resolve();
      },
    },
    use: {
      noteCommit: look,
      transmit: () => Promise.resolve({ kind: 'refused' }),
    },
  });
  look();
  const end = await run();
  if (end.kind === 'settled') await end.written;
  await Promise.resolve();
  look();
  expect(running).toEqual([false, true, true, false]);
});

it('is in doubt once a connection ends that had no answer for ten minutes', async () => {
  jest.useFakeTimers();
  const late = Promise.withResolvers<Outcome>();
  const { steps, run } = newAttempt({ use: { transmit: () => late.promise } });
  const ended = run();
  await jest.advanceTimersByTimeAsync(10 * MINUTE_MS);
  await ended;
  late.resolve({ kind: 'unknown' });
  await jest.advanceTimersByTimeAsync(0);
  expect(steps.slice(-3)).toEqual(['settle unknown', 'keep unknown', 'mark in doubt']);
});

it('sends nothing without room for an answer', async () => {
  const { steps, run } = newAttempt({ room: () => Promise.reject(new Error('ENOSPC')) });
  expect(await run()).toMatchObject({ outcome: { kind: 'not-sent' } });
  expect(steps).toEqual(['claim', 'sign', 'settle not-sent', 'give up']);
});

it('gives the room for an answer back once none can come any more', async () => {
  const superseded = newAttempt({ rows: { commit: () => Promise.resolve(undefined) } });
  await superseded.run();
  expect(superseded.reservations.size).toBe(0);
  const repeated = newAttempt({ use: { transmit: () => Promise.resolve({ kind: 'sign-again' }) } });
  await repeated.run();
  expect(repeated.reservations.size).toBe(0);
  const unsent = newAttempt();
  unsent.failPoints.arm('before_send', () => {
    throw new Error('no');
  });
  await unsent.run();
  expect(unsent.reservations.size).toBe(0);
});

it('keeps the room for an answer that is late', async () => {
  jest.useFakeTimers();
  const late = Promise.withResolvers<Outcome>();
  const { reservations, run } = newAttempt({ use: { transmit: () => late.promise } });
  const ended = run();
  await jest.advanceTimersByTimeAsync(10 * MINUTE_MS);
  await ended;
  expect(reservations.size).toBe(1);
  late.resolve({ kind: 'refreshed' });
  await jest.advanceTimersByTimeAsync(0);
  expect(reservations.size).toBe(0);
});
