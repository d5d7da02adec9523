import { Command } from 'commander';
import type { CommandContext } from '../command/command-context.ts';

/** `latchkey start`: runs the broker in this process. */
export function startCommand({ start }: CommandContext): Command {
  return new Command('start')
    .description('run the broker, until SIGTERM or SIGINT')
    .action(async () => start?.());
}
