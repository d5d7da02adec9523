import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { appsCommand } from './operator/apps.ts';
import { auditCommand } from './operator/audit.ts';
import { clientKeysCommand } from './operator/client-keys.ts';
import type { CommandContext } from './command/command-context.ts';
import { keysCommand } from './keys/keys.ts';
import { migrateCommand } from './operator/migrate.ts';
import { sessionsCommand } from './operator/sessions.ts';

/** The `latchkey` program. What goes wrong is thrown, with a message for people. */
export function createProgram(context: CommandContext): Command {
  const program = new Command('latchkey')
    .description(packageJson.description)
    .version(packageJson.version)
    .addCommand(migrateCommand(context))
    .addCommand(keysCommand(context))
    .addCommand(clientKeysCommand(context))
    .addCommand(appsCommand(context))
    .addCommand(sessionsCommand(context))
    .addCommand(auditCommand(context));
  throwUsageErrors(program);
  return program;
}

/** The parser would end the process by itself, with the exit code of any failure. */
function throwUsageErrors(command: Command): void {
  command.exitOverride();
  command.commands.forEach(throwUsageErrors);
}
