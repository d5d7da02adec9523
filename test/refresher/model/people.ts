import { Logins } from '../../../src/login/logins.service.ts';
import { Authorizations } from '../../../src/oauth/authorization/authorizations.service.ts';
import { SessionOperations } from '../../../src/sessions/operator/session-operations.service.ts';
import { SessionRepository } from '../../../src/sessions/stored/session.repository.ts';
import { digestOf } from '../../../src/crypto/secret.ts';
import { UiSessionRepository } from '../../../src/ui-sessions/ui-session.repository.ts';
import { UiSessions } from '../../../src/ui-sessions/ui-sessions.service.ts';
import type { Did } from '../../../src/database/tables/did.ts';
import { handleOf } from '../../network/fake-accounts.ts';
import type { ModelBroker } from './model-broker.ts';
import { refreshTokenOf, type SessionUnderTest } from './session-under-test.ts';
import type { World } from './world.ts';

/** The secret of the one browser that all sessions use. */
const binding = 'a-browser';

/** Signs an account in. A session whose cookie the browser has ends. */
export async function signIn(
  world: World,
  broker: ModelBroker,
  did: Did,
  previous?: SessionUnderTest,
): Promise<SessionUnderTest> {
  const login = broker.get(Logins);
  const callback = world.ground.network.authorize(await login.beginSignIn(handleOf(did), {}, binding));
  const held = previous && (await isHeld(broker, previous));
  const browser = { binding, userAgent: undefined, from: '127.0.0.1', cookie: previous?.cookie };
  const finished = await login.finishLogin(callback, browser);
  const cookie = finished.kind === 'signed-in' ? finished.opened.cookie : '';
  if (previous && held) previous.isOver = true;
  const uiSession = await broker.get(UiSessions).findByCookie(cookie);
  if (!uiSession) throw new Error('the login opened no browser session');
  return world.watch(uiSession.sessionId, { purpose: 'ui', cookie });
}

/** Creates a key's session. */
export async function authorizeKey(world: World, broker: ModelBroker, did: Did): Promise<SessionUnderTest> {
  const authorizations = broker.get(Authorizations);
  const intent = { purpose: 'sign_in', target: null, returnTo: '/' } as const;
  const url = await authorizations.beginAuthorization(handleOf(did), intent, binding);
  const { grant } = await authorizations.finishAuthorization(world.ground.network.authorize(url), binding);
  const { id } = await broker
    .get(SessionRepository)
    .insertSession(grant, { handle: handleOf(did), purpose: 'api_key' });
  return world.watch(id, { purpose: 'api_key', cookie: undefined });
}

/** Reconnects a key's session that needs its owner. */
export async function reconnect(world: World, broker: ModelBroker, session: SessionUnderTest): Promise<void> {
  const login = broker.get(Logins);
  const url = await login.beginReconnection(session.id, undefined, binding);
  const callback = world.ground.network.authorize(url);
  await login.finishLogin(callback, { binding, userAgent: undefined, from: '127.0.0.1', cookie: undefined });
  const { issuer } = world.ground.network;
  session.grant = issuer.grantOf(refreshTokenOf(await world.find(session.id)) ?? '') ?? session.grant;
}

/** Ends a session through its holder: the person's browser, or the operator for a key's session. */
export async function logOut(broker: ModelBroker, session: SessionUnderTest): Promise<void> {
  if (session.cookie === undefined) {
    await broker.get(SessionOperations).revoke(session.id, { actor: { kind: 'operator' } });
    session.isOver = true;
    return;
  }
  const uiSession = await broker.get(UiSessions).findByCookie(session.cookie);
  if (!uiSession) return;
  const held = await isHeld(broker, session);
  await broker.get(UiSessions).endUiSession(uiSession);
  if (held) session.isOver = true;
}

/**
 * Returns whether the browser session exists in the database. A broker caches it up to 5 s after another one deleted it:
 * then only the sweep ends the session.
 */
async function isHeld(broker: ModelBroker, { cookie = '' }: SessionUnderTest): Promise<boolean> {
  return (await broker.get(UiSessionRepository).findUiSessionByDigest(digestOf(cookie))) !== undefined;
}
