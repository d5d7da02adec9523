import { Command } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { readConfig } from './config/config.ts';
import { type Database } from './database/database.ts';
import { migrateDown, migrateUp, migrationStatus } from './database/migrator.ts';
import { openDatabase } from './database/open-database.ts';

/** Runs one command of the `latchkey` program; what goes wrong is told in one message, with exit code 1. */
export async function runCommand(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync([...argv]);
  } catch (error) {
    process.stderr.write(`latchkey: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

function program(): Command {
  const latchkey = new Command('latchkey').description(packageJson.description).version(packageJson.version);
  const migrate = latchkey
    .command('migrate')
    .description('look at the schema of the database, and change it');
  migrate
    .command('status')
    .description('list the migrations')
    .action(() => withDatabase(status));
  migrate
    .command('up')
    .description('apply all that are missing')
    .action(() => withDatabase(up));
  migrate
    .command('down')
    .description('undo the last one, with its data')
    .action(() => withDatabase(down));
  return latchkey;
}

async function withDatabase(work: (database: Database) => Promise<string>): Promise<void> {
  const database = await openDatabase(readConfig().database);
  try {
    process.stdout.write(`${await work(database)}\n`);
  } finally {
    await database.destroy();
  }
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
