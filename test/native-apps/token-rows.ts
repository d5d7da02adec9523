import { createHash } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { NativeRefreshTable } from '../../src/database/tables/native-refresh.ts';
import { Fingerprints } from '../../src/native-apps/tokens/fingerprints.service.ts';
import type { NativeTokenCache } from '../../src/native-apps/refresh/native-token-cache.ts';
import { NativeRefresher } from '../../src/native-apps/refresh/native-refresher.service.ts';
import { skipWaits } from '../broker/skip-waits.ts';
import type { TestBroker } from '../broker/test-broker.ts';
import type { TokenRequest } from '../network/token-log.ts';
import type { AppSession } from './test-app.ts';

type Token = Pick<AppSession, 'refreshToken'>;

function fingerprintOf({ app, network }: TestBroker, { refreshToken }: Token): string {
  return app.get(Fingerprints).ofRefreshToken(network.pds, refreshToken).id;
}

/** The database's row of a refresh token. */
export function rowOf(broker: TestBroker, token: Token): Promise<Selectable<NativeRefreshTable> | undefined> {
  return broker.database
    .selectFrom('native_refresh')
    .selectAll()
    .where('id', '=', fingerprintOf(broker, token))
    .executeTakeFirst();
}

/** Rolls the row of a refresh token back, as a database does that loses its newest commits. Undefined: it had none. */
export async function restoreRow(
  broker: TestBroker,
  token: Token,
  row: Awaited<ReturnType<typeof rowOf>>,
): Promise<void> {
  const id = fingerprintOf(broker, token);
  await broker.database.deleteFrom('native_refresh').where('id', '=', id).execute();
  if (row) await broker.database.insertInto('native_refresh').values(row).execute();
}

/** Drops an answer from a broker's memory, as a restart does. */
export function forgetAnswer(broker: TestBroker, token: Token): void {
  const cache = Reflect.get(broker.app.get(NativeRefresher), 'cache') as NativeTokenCache;
  cache.forgetAnswer(fingerprintOf(broker, token));
}

/** Moves a lost request back until the issuer can no longer accept it. */
export async function letDeadlinePass(broker: TestBroker, token: Token): Promise<void> {
  skipWaits(broker.app);
  await broker.database
    .updateTable('native_refresh')
    .set({ sent_at: broker.database.now(-20 * 60) })
    .where('id', '=', fingerprintOf(broker, token))
    .where('sent_at', 'is not', null)
    .execute();
}

/** Moves a response back until it is no longer repeated. */
export async function letWindowPass(broker: TestBroker, token: Token): Promise<void> {
  const id = fingerprintOf(broker, token);
  broker.app.get(NativeRefresher).forget({ id });
  await broker.database
    .updateTable('native_refresh')
    .set({ expires_at: broker.database.now(-1) })
    .where('id', '=', id)
    .execute();
}

/** Returns the requests with a refresh token that reached the issuer or its fault proxy. */
export async function requestsOf({ network }: TestBroker, { refreshToken }: Token): Promise<TokenRequest[]> {
  const digest = createHash('sha256').update(refreshToken).digest('hex');
  return network.listTokenRequests({ digest });
}

/** Returns how often the issuer exchanged a refresh token. */
export async function exchangesOf(broker: TestBroker, token: Token): Promise<number> {
  const said = (await requestsOf(broker, token)).flatMap(({ issuerSaid }) => issuerSaid);
  return said.filter(each => each === 'ok').length;
}
