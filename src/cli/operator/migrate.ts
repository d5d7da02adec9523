import { Command } from 'commander';
import type { Kysely } from 'kysely';
import type { CommandContext } from '../command/command-context.ts';
import { readConfig } from '../../config/config.ts';
import { type Database } from '../../database/connection/database.ts';
import { previewMigrateDown } from '../../database/migrator/migration-loss.ts';
import { migrateDown, migrateUp, migrationStatus } from '../../database/migrator/migrator.ts';
import type { Schema } from '../../database/tables/schema.ts';
import { SILENT_AFTER_MS } from '../../leases/instances/instances.service.ts';
import { InstanceRepository } from '../../leases/instances/instance.repository.ts';
import { openDatabase } from '../../database/connection/open-database.ts';

const SILENT_SECONDS = SILENT_AFTER_MS / 1000;

type DownOptions = { readonly yes?: true };
type Migrate<Options> = (database: Database, options: Options) => Promise<string>;

/** `latchkey migrate`: lists, applies and undoes migrations. Opens the database itself, while the broker is stopped. */
export function migrateCommand({ print, environment }: CommandContext): Command {
  const withDatabase =
    <Options>(work: Migrate<Options>) =>
    async (options: Options): Promise<void> => {
      const database = await openDatabase(readConfig(environment).database);
      try {
        print(await work(database, options));
      } finally {
        await database.destroy();
      }
    };
  const migrate = new Command('migrate').description('list, apply and undo database migrations');
  migrate.command('status').description('list the migrations').action(withDatabase(status));
  migrate.command('up').description('apply all missing migrations').action(withDatabase(up));
  migrate
    .command('down')
    .description('undo the last migration. Tells what would be lost, and does it with --yes')
    .option('--yes', 'undo it, and lose its data')
    .action(withDatabase(down));
  return migrate;
}

async function status(database: Database): Promise<string> {
  const rows = await migrationStatus(database);
  return rows.map(({ name, appliedAt }) => `${name}  ${appliedAt ?? 'not applied'}`).join('\n');
}

async function up(database: Database): Promise<string> {
  const applied = await migrateUp(database);
  return applied.length > 0 ? `applied ${applied.join(', ')}` : 'nothing to do';
}

async function down(database: Database, { yes }: DownOptions): Promise<string> {
  const check = (trx: Kysely<Schema>): Promise<void> => refuseWhileRunning(database, trx);
  await database.transactIdempotent(check);
  const last = await previewMigrateDown(database);
  if (last === undefined) return 'nothing to undo';
  const { name, losses } = last;
  const lost = losses.map(({ table, column, count }) =>
    column === undefined ? `  ${table}: ${rowsOf(count)}` : `  ${table}.${column}: ${count} values`,
  );
  const loss = lost.length > 0 ? [`${name} takes away:`, ...lost].join('\n') : `${name} takes nothing away.`;
  if (!yes) throw new Error(`${loss}\nNothing was changed. Repeat with --yes to undo it.`);
  await migrateDown(database, { check });
  return `undone ${name}\n${loss}`;
}

/** A broker without one of its tables fails, and on Postgres nothing else keeps this command from running beside it. */
async function refuseWhileRunning(database: Database, trx: Kysely<Schema>): Promise<void> {
  const tables = await trx.introspection.getTables();
  if (!tables.some(({ name }) => name === 'instance')) return;
  const alive = await new InstanceRepository(database).listAlive(SILENT_SECONDS, trx);
  if (alive.length === 0) return;
  throw new Error(
    `A broker uses this database: ${alive.join(', ')} wrote a heartbeat within ${SILENT_SECONDS} s. Stop it first, then wait for ${SILENT_SECONDS} s if it was killed.`,
  );
}

function rowsOf(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}
