import { Command } from 'commander';
import type { CommandContext } from '../command/command-context.ts';
import { readConfig } from '../../config/config.ts';
import { type Database } from '../../database/connection/database.ts';
import { migrateDown, migrateUp, migrationStatus } from '../../database/migrator/migrator.ts';
import { openDatabase } from '../../database/connection/open-database.ts';

type Migrate = (database: Database) => Promise<string>;

/** `latchkey migrate`: lists, applies and undoes migrations. Opens the database itself, while the broker is stopped. */
export function migrateCommand({ print, environment }: CommandContext): Command {
  const withDatabase = (work: Migrate) => async (): Promise<void> => {
    const database = await openDatabase(readConfig(environment).database);
    try {
      print(await work(database));
    } finally {
      await database.destroy();
    }
  };
  const migrate = new Command('migrate').description('list, apply and undo database migrations');
  migrate.command('status').description('list the migrations').action(withDatabase(status));
  migrate.command('up').description('apply all missing migrations').action(withDatabase(up));
  migrate
    .command('down')
    .description('undo the last migration, and lose its data')
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

async function down(database: Database): Promise<string> {
  const undone = await migrateDown(database);
  return undone.length > 0 ? `undone ${undone.join(', ')}` : 'nothing to undo';
}
