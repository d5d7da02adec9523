import type { Kysely } from 'kysely';
import type { Config } from '../../config/config.ts';
import type { Log } from '../../observability/log/log.ts';
import type { Database } from '../connection/database.ts';
import type { Schema } from '../tables/schema.ts';
import type { HomeFacts } from '../engine/home-facts.ts';
import { decideHome } from './home-decision.ts';
import { HomeRepository, type LastAlive } from './home.repository.ts';

type Settled =
  { readonly kind: 'adopt' | 'same' | 'accept' } | { readonly kind: 'refuse'; readonly message: string };

/**
 * Finds out whether a database is where its brokers left it. Runs before anything is sent: a copy has the same refresh
 * tokens, and the first use of one ends the session of its original.
 *
 * @throws Error for a restored or copied database, with the way on, unless the operator accepts it
 */
export async function settleHome(database: Database, config: Config, log: Log): Promise<void> {
  const facts = await database.dialect.readHome(database, config.database);
  const settled = await database.transactIdempotent(trx => settle(database, trx, facts, config));
  if (settled.kind === 'refuse') throw new Error(settled.message);
  if (settled.kind === 'accept') log.restoreAccepted({ home: describeHome(facts) });
  else if (config.acceptedRestore !== undefined) log.acceptanceLeft();
}

async function settle(
  database: Database,
  trx: Kysely<Schema>,
  found: HomeFacts,
  { acceptedRestore }: Config,
): Promise<Settled> {
  const homeRows = new HomeRepository(database);
  const row = await homeRows.find(trx);
  const stored = row && { facts: JSON.parse(row.home) as HomeFacts, settledAt: row.settled_at };
  const decision = decideHome(stored, found, acceptedRestore);
  if (decision.kind === 'adopt') await homeRows.insert(found, trx);
  if (decision.kind === 'same' && hasNewFact(stored?.facts ?? {}, found))
    await homeRows.writeFacts({ ...stored?.facts, ...found }, trx);
  if (decision.kind === 'accept' && row) await homeRows.move(row, found, trx);
  if (decision.kind !== 'refuse') return decision;
  const lastAlive = await homeRows.findLastAlive(trx);
  const message = refusal(stored?.facts ?? {}, found, decision.fingerprint, lastAlive);
  return { kind: 'refuse', message };
}

function hasNewFact(stored: HomeFacts, found: HomeFacts): boolean {
  return Object.keys(found).some(name => !(name in stored));
}

function refusal(
  stored: HomeFacts,
  found: HomeFacts,
  fingerprint: string,
  lastAlive: LastAlive | undefined,
): string {
  const alive = lastAlive
    ? `, where the instance ${lastAlive.owner} was last alive at ${lastAlive.seenAt}`
    : '';
  return [
    `this database was restored, copied or moved. Its home is ${describeHome(stored)}${alive}. Here it is ${describeHome(found)}.`,
    '  If a broker still runs there: do not start here. Both would use the same refresh tokens, and sessions would end.',
    `  If that place is gone for good: start with LATCHKEY_ACCEPT_RESTORED=${fingerprint}. Sessions whose tokens were renewed there since then need their owners. All others go on.`,
  ].join('\n');
}

function describeHome(facts: HomeFacts): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
