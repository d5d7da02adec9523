import { sql } from 'kysely';
import type { Database } from '../../../src/database/connection/database.ts';

/** Lead time, so that all brokers know before the first session falls due. */
const leadSeconds = 3;

/** Number of sessions past their first generation, and of sessions that ended. */
export type Progress = { refreshed: number; lost: number };

/** The results of a run, from the sessions' rows. All times are the database's. */
export type Pace = {
  /** Seconds from the first due time to the last sending. */
  seconds: number;
  /** Maximum sent within one second of the clock. */
  busiestSecond: number;
  /** Seconds from a session's due time to its sending. */
  lateness: { median: number; p99: number; most: number };
};

/** Makes all sessions due at random times within `seconds`, 0 for at once. Postgres only. */
export async function letFallDue(database: Database, windowSeconds: number): Promise<void> {
  const from = windowSeconds === 0 ? 0 : leadSeconds;
  await sql`
    update oauth_session set next_refresh_at = to_char(
      (statement_timestamp() at time zone 'UTC') + interval '1 second' * (${from} + ${windowSeconds} * random()),
      'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`.execute(database);
  await sql`create table bench_due as select id, next_refresh_at as due_at from oauth_session`.execute(
    database,
  );
}

export function progressOf(database: Database): Promise<Progress> {
  return database
    .selectFrom('oauth_session')
    .select(({ fn }) => [
      fn
        .countAll<number>()
        .filterWhere('generation', '>', 1)
        .filterWhere('status', '=', 'active')
        .as('refreshed'),
      fn.countAll<number>().filterWhere('status', '!=', 'active').as('lost'),
    ])
    .executeTakeFirstOrThrow();
}

/** Throws if no session was refreshed. */
export async function paceOf(database: Database): Promise<Pace> {
  const { rows } = await sql<Pace['lateness'] & Omit<Pace, 'lateness'>>`
    with sent as (
      select cast(refreshed_at as timestamptz) as sent_at, cast(due_at as timestamptz) as due_at
      from oauth_session join bench_due using (id) where generation > 1 and status = 'active'),
    late as (select extract(epoch from sent_at - due_at)::double precision as seconds from sent),
    seconds as (select count(*) as sent from sent group by date_trunc('second', sent_at))
    select
      (select extract(epoch from max(sent_at) - min(due_at))::double precision from sent) as "seconds",
      (select max(sent) from seconds) as "busiestSecond",
      (select percentile_cont(0.5) within group (order by seconds) from late) as "median",
      (select percentile_cont(0.99) within group (order by seconds) from late) as "p99",
      (select max(seconds) from late) as "most"`.execute(database);
  const [pace] = rows;
  if (!pace?.busiestSecond) throw new Error('no session was refreshed');
  const { seconds, busiestSecond, ...lateness } = pace;
  return { seconds, busiestSecond, lateness };
}
