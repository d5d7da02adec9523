import { KeyRequestRepository } from '../../src/api-keys/requests/stored/key-request.repository.ts';
import { KeyRequestAuthorizations } from '../../src/api-keys/requests/key-request-authorizations.service.ts';
import { NewGrants } from '../../src/sessions/endings/new-grants.service.ts';
import { madeUpGrant } from '../broker/stored-session.ts';
import { byTest } from '../broker/issued-key.ts';
import { accountOf, type TestBroker } from '../broker/test-broker.ts';
import { type AskedKey, KeyAsker } from '../network/key-asker.ts';
import { makeRowOlder } from './rows.ts';
import { asId } from '../ids.ts';

/** An authorized request and its code. */
export type AuthorizedAsk = { readonly asked: AskedKey; readonly code: string };

/** Creates a request and authorizes it with a made-up grant. */
export async function askAndAuthorize(broker: TestBroker): Promise<AuthorizedAsk> {
  const asked = await new KeyAsker(broker.url).ask({ identifier: 'alice.test' });
  const { did } = accountOf(broker, 'alice.test');
  const grant = madeUpGrant(broker, broker.network.pds, { did });
  const newGrant = await broker.app.get(NewGrants, { strict: false }).store(grant, 'api_key');
  const { code } = await broker.app
    .get(KeyRequestAuthorizations)
    .adoptGrant(asId(asked.id), newGrant, byTest);
  return { asked, code };
}

/** Makes a request older by some seconds. Its temp token stays unchanged. */
export async function makeOlder({ app, database }: TestBroker, id: string, seconds: number): Promise<void> {
  await makeRowOlder(database, app.get(KeyRequestRepository), id, seconds);
}
