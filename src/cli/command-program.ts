import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { appsCommand } from './operator/apps.ts';
import { auditCommand } from './operator/audit.ts';
import { clientKeysCommand } from './operator/client-keys.ts';
import { instancesCommand } from './operator/instances.ts';
import type { CommandContext } from './command/command-context.ts';
import { keysCommand } from './keys/keys.ts';
import { migrateCommand } from './operator/migrate.ts';
import { sessionsCommand } from './operator/sessions.ts';

/** Returns the `latchkey` program. Its commands throw errors with messages for people. */
export function createProgram(context: CommandContext): Command {
  const program = new Command('latchkey')
    .description(packageJson.description)
    .version(packageJson.version)
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
