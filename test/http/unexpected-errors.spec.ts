import { expect, it } from '@jest/globals';
import { newSecret } from '../../src/crypto/secret.ts';
import { describeBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';

describeBroker('an unexpected error', broker => {
  it('is logged, and not shown to the caller', async () => {
    await broker().database.schema.dropTable('ui_session').execute();
    const cookie = newSecret();
    const headers = { cookie: `latchkey=${cookie}` };
    const answer = await exchange(new URL('/api/me?a=b', broker().url), { headers });
    expect([answer.status, await answer.json()]).toEqual([
      500,
      {
        error: 'InternalError',
        message: 'Something went wrong in the broker. It has been logged. Try again later.',
      },
    ]);
    const logged = broker().logLines.filter(line => line.includes('InternalError'));
    expect(logged.map(line => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({
        level: 'error',
        requestId: answer.headers.get('latchkey-request-id'),
        method: 'GET',
        route: '/api/me',
        error: expect.anything(),
      }),
    ]);
    expect(logged.join()).toContain('ui_session');
    expect(broker().logLines.join()).not.toContain(cookie);
  });
});
