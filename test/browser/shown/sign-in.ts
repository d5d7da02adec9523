import type { Did } from '../../../src/database/tables/did.ts';
import { putInCheck, storeCookie, storeSession, suspendSession } from '../../broker/stored-session.ts';
import type { TestBroker } from '../../broker/test-broker.ts';
import { giveCookie } from '../watched-context.ts';
import { open, type ShownPages, type Stage } from './stage.ts';

/** The sign-in page of a signed-out browser. */
export async function* signInPages(stage: Stage): ShownPages {
  await open(stage, '/');
  yield { name: 'sign-in' };
  await stage.page.getByLabel('Your handle').fill('alice.test');
  await stage.page.locator('#preview').waitFor();
  yield { name: 'sign-in-preview' };
  await stage.page.getByLabel('Your handle').fill('alice@your-domain.net');
  await stage.page.locator('#suggestion').waitFor();
  for (const summary of await stage.page.locator('summary').all()) await summary.click();
  yield { name: 'sign-in-help' };
  await open(stage, '/?problem=AccountNotFound&identifier=nobody.test&return_to=https://app.example/x');
  yield { name: 'sign-in-problem' };
  await open(stage, '/?problem=InvalidIdentifier&identifier=alice');
  yield { name: 'sign-in-suggestion' };
  await open(stage, '/?problem=LoginExpired');
  yield { name: 'sign-in-expired', alike: true };
  await open(stage, '/?done=reconnected');
  yield { name: 'sign-in-reconnected' };
  await open(stage, '/?done=signed-out');
  yield { name: 'sign-in-after-signing-out', alike: true };
  await open(stage, '/nonsense');
  yield { name: 'unknown-address' };
  await open(stage, '/oauth/logout');
  yield { name: 'wrong-method' };
}

/** The sign-in page of a signed-in browser. */
export async function* signedInPages(stage: Stage, did: Did): ShownPages {
  await open(stage, '/?problem=LoginCancelled');
  yield { name: 'sign-in-again' };
  await open(stage, '/?identifier=bob.test');
  yield { name: 'continue-as' };
  await open(stage, `/?identifier=${did}`);
  yield { name: 'continue-as-the-same', alike: true };
  await open(stage, `/?identifier=${did}&prompt=consent`);
  yield { name: 'reconsent' };
}

/** The pages of a browser whose session cannot be read, is suspended, or whose row is being checked. */
export async function* troubledSignInPages(stage: Stage): ShownPages {
  await giveCookie(stage.context, stage.broker, await storeUnreadable(stage.broker));
  await open(stage, '/');
  yield { name: 'sign-in-unavailable', alike: true };
  const { broker, context } = stage;
  const session = await storeSession(broker, broker.network.pds);
  await giveCookie(context, broker, await storeCookie(broker, session));
  await suspendSession(broker, session.id);
  await open(stage, '/account');
  yield { name: 'account-suspended' };
  await putInCheck(broker, session.id);
  await open(stage, '/account');
  yield { name: 'account-in-check' };
}

/** Returns the cookie of a session with an edited row, which cannot be unsealed. */
async function storeUnreadable(broker: TestBroker): Promise<string> {
  const session = await storeSession(broker, broker.network.pds);
  const change = { handle: 'edited.test' };
  await broker.database.updateTable('oauth_session').set(change).where('id', '=', session.id).execute();
  return storeCookie(broker, session);
}
