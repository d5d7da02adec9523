import { describe, expect, it } from '@jest/globals';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';

for (const confidential of [false, true]) {
  describe(confidential ? 'as a confidential client' : 'as a loopback client', () => {
    describeBroker('login', suite, { confidential });
  });
}

function suite(broker: () => TestBroker): void {
  it.each(['handle', 'did'] as const)('signs a person in by %s, who then reads and writes', async by => {
    const browser = broker().browser();
    const alice = accountOf(broker(), 'alice.test');
    const answer = await browser.login(alice[by], alice);
    expect(answer.headers.get('location')).toBe('/');

    const me = (await (await browser.get('/api/me')).json()) as Record<string, unknown>;
    expect(me).toEqual({
      did: alice.did,
      handle: 'alice.test',
      pds: broker().network.pds,
      credential: 'browser',
      scope: 'atproto transition:generic',
      expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
  });
}
