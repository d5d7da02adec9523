import { Command } from 'commander';
import { loadSettingsFile, SETTINGS_FILE } from '../config/settings-file.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { appsCommand } from './operator/apps.ts';
import { auditCommand } from './operator/audit.ts';
import { clientKeysCommand } from './operator/client-keys.ts';
import { instancesCommand } from './operator/instances.ts';
import type { CommandContext } from './command/command-context.ts';
import { keysCommand } from './keys/keys.ts';
import { migrateCommand } from './operator/migrate.ts';
import { sessionsCommand } from './operator/sessions.ts';
import { doctorCommand } from './setup/doctor.ts';
import { initCommand } from './setup/init.ts';
import { startCommand } from './setup/start.ts';

const SETTINGS_HELP = `
Settings are environment variables, which win over the file: LATCHKEY_LISTEN, LATCHKEY_ADMIN_TOKEN and others.
Commands of the operator need LATCHKEY_ADMIN_TOKEN, with the value that the broker runs with.

Exit codes: 0 success; 1 failure; 2 wrong command line; 3 the owner denied the key; 4 the key request expired; 5 the
code was wrong five times; 130 interrupted.`;

/** Returns the `latchkey` program. Its commands throw errors with messages for people. */
export function createProgram(context: CommandContext): Command {
  const program = new Command('latchkey')
    .description(packageJson.description)
    .version(packageJson.version)
    .option(
      '--env-file <file>',
      `read settings from this file; by default from ${SETTINGS_FILE} in this directory, if it exists`,
    )
    .addHelpText('after', SETTINGS_HELP)
    .hook('preAction', command => {
      if (!context.environment) loadSettingsFile(command.opts<{ envFile?: string }>().envFile);
    })
    .addCommand(initCommand(context))
    .addCommand(doctorCommand(context))
    .addCommand(startCommand(context))
    .addCommand(migrateCommand(context))
    .addCommand(keysCommand(context))
    .addCommand(clientKeysCommand(context))
    .addCommand(appsCommand(context))
    .addCommand(sessionsCommand(context))
    .addCommand(instancesCommand(context))
    .addCommand(auditCommand(context));
  throwUsageErrors(program);
  return program;
}

/** Makes the parser throw usage errors. By default it ends the process with exit code 1. */
function throwUsageErrors(command: Command): void {
  command.exitOverride();
  command.commands.forEach(throwUsageErrors);
}
