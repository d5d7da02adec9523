import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { asId } from '../../../test/ids.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { OutboundError } from '../../identity/outbound/outbound-error.ts';
import type { AccountIssuers } from '../../oauth/issuers/account-issuers.service.ts';
import { ProcessClock } from '../../waiting/process-clock.service.ts';
import { Shutdown } from '../../waiting/shutdown.service.ts';
import type { Refresher } from '../refresh/refresher.service.ts';
import type { LiveSession } from '../stored/session.cache.ts';
import { AccountMoves } from './account-moves.service.ts';

const [OLD, NEW] = ['https://old.example', 'https://new.example'];
const absent = { isAbsence: true };
const unreachable = new OutboundError('unresolved_name', OLD, false);

const sessionOf = (id: string, failures = 0): LiveSession =>
  ({ id: asId(id), did: 'did:web:alice.example', pds: OLD, failures }) as unknown as LiveSession;

describe('AccountMoves', () => {
  let now: number;
  let findPds: jest.Mock<AccountIssuers['findPds']>;
  let refresh: jest.Mock<Refresher['refresh']>;
  let shutdown: Shutdown;
  let moves: AccountMoves;
  beforeEach(() => {
    now = 1_000;
    findPds = jest.fn(() => Promise.resolve(NEW));
    refresh = jest.fn(() => Promise.resolve({ kind: 'refreshed' }));
    shutdown = new Shutdown();
    const clock = Object.assign(new ProcessClock(), { monotonic: () => now });
    moves = new AccountMoves(
      { findPds } as unknown as AccountIssuers,
      { refresh } as unknown as Refresher,
      clock,
      shutdown,
    );
  });
  const settled = () => new Promise(setImmediate);

  it('refreshes a session whose account has another PDS', async () => {
    moves.noteResponse(sessionOf('a'), absent);
    await settled();
    expect(refresh.mock.calls).toEqual([['a', { kind: 'forced' }]]);
  });

  it.each([
    ['the same PDS', () => Promise.resolve(OLD)],
    ['no document', () => Promise.reject(new Error('the directory is away'))],
  ])('does nothing if it finds %s', async (_what, found) => {
    findPds.mockImplementation(found);
    moves.noteResponse(sessionOf('a'), absent);
    await settled();
    expect([findPds.mock.calls.length, refresh.mock.calls.length]).toEqual([1, 0]);
  });

  it('looks for one session once a minute', async () => {
    for (const later of [0, 30_000, 29_999, 1]) {
      now += later;
      moves.noteResponse(sessionOf('a'), absent);
    }
    expect(findPds).toHaveBeenCalledTimes(2);
    await settled();
  });

  it('looks for all sessions 120 times a minute', () => {
    for (let n = 0; n < 500; n++) moves.noteResponse(sessionOf(String(n)), absent);
    expect(findPds).toHaveBeenCalledTimes(120);
    now += 60_000;
    moves.noteResponse(sessionOf('late'), absent);
    expect(findPds).toHaveBeenCalledTimes(121);
  });

  it('looks if the PDS is unreachable for a minute', () => {
    const fail = (): void => {
      moves.noteFailure(sessionOf('a'), unreachable);
    };
    fail();
    now += 59_000;
    fail();
    moves.noteResponse(sessionOf('b'), { isAbsence: false });
    fail();
    now += 59_999;
    fail();
    expect(findPds).not.toHaveBeenCalled();
    now += 1;
    fail();
    expect(findPds).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['a caller that left', new Error('aborted')],
    ['an error of the broker', new BrokerError('TokenUnavailable', '', {})],
    ['a limit of the broker', new OutboundError('busy', OLD, false)],
  ])('does not count %s', (_what, error) => {
    for (let minute = 0; minute < 3; minute++, now += 60_000) moves.noteFailure(sessionOf('a'), error);
    expect(findPds).not.toHaveBeenCalled();
  });

  it('leaves a session alone whose refresh fails already, and every one at shutdown', () => {
    moves.noteResponse(sessionOf('a', 1), absent);
    shutdown.announce();
    moves.noteResponse(sessionOf('b'), absent);
    expect(findPds).not.toHaveBeenCalled();
  });
});
