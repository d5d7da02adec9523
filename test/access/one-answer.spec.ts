import { expect, it } from '@jest/globals';
import { storeSession } from '../broker/stored-session.ts';
import { describeBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';
import { type CredentialName, present } from './credentials.ts';

const cookies = ['none', 'unknown cookie', 'malformed cookie', 'expired cookie', 'idle cookie'] as const;
const tokens = [
  'wrong admin token',
  'unknown temp token',
  'temp token of a scope that is no more',
  'another scheme',
  'empty Authorization',
  'Authorization of two words',
  'wrong token and cookie',
  'unknown API key',
  'malformed API key',
  'expired API key',
  'revoked API key',
] as const;

describeBroker('a credential that opens nothing', broker => {
  const answerTo = async (path: string, name: CredentialName): Promise<object> => {
    const session = await storeSession(broker(), broker().network.pds);
    const headers = await present(name, broker(), session);
    const answer = await exchange(new URL(path, broker().url), { headers });
    for (const name of ['date', 'latchkey-request-id']) answer.headers.delete(name);
    return { status: answer.status, headers: [...answer.headers], body: await answer.text() };
  };

  it.each(['/api/me', '/xrpc/com.example.anything'])(
    'gets the same response as every other at %s',
    async path => {
      for (const names of [cookies, tokens]) {
        const [first, ...others] = await Promise.all(names.map(name => answerTo(path, name)));
        expect(first).toMatchObject({ status: 401 });
        for (const other of others) expect(other).toEqual(first);
      }
    },
  );
});
