import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../config/config.ts';
import { newId, SessionId } from '../database/tables/id.ts';
import { SessionConcurrency } from './session-concurrency.service.ts';

const did = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa';
const tooMany = expect.objectContaining({ code: 'TooManyRequests' });

describe('the calls at once', () => {
  const limit = (): SessionConcurrency =>
    new SessionConcurrency(readConfig({ LATCHKEY_CONCURRENCY_PER_SESSION: '2' }));

  it('of one account are limited, however many sessions it has', () => {
    const concurrency = limit();
    const sessions = Array.from({ length: 5 }, () => newId(SessionId));
    const ends = sessions
      .slice(0, 4)
      .flatMap(sessionId => [
        concurrency.claimSlot({ sessionId, did }),
        concurrency.claimSlot({ sessionId, did }),
      ]);
    const [fifth] = sessions.slice(4) as [SessionId];
    const claim = (): (() => void) => concurrency.claimSlot({ sessionId: fifth, did });
    expect(claim).toThrow(tooMany);
    expect(concurrency.claimSlot({ sessionId: fifth, did: 'did:web:other.example' })).toBeDefined();
    ends[0]?.();
    expect(claim()).toBeDefined();
    expect(claim).toThrow(tooMany);
  });

  it('are forgotten when they end', () => {
    const concurrency = limit();
    concurrency.claimSlot({ sessionId: newId(SessionId), did })();
    expect(concurrency).toMatchObject({ running: new Map() });
  });
});
