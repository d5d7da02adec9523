import type { Command } from 'commander';
import { createProgram } from '../../src/cli/command-program.ts';
import { toPage } from './markdown.ts';

const opening = 'The help of each command, as `latchkey help <command>` prints it.';

/** Returns the page of all commands, depth first. */
export function commandLinePage(): string {
  const program = createProgram({ environment: {}, print: () => undefined });
  const names = new Map(leavesOf(program, program.name()));
  return toPage(
    'Command line',
    opening,
    ...[...names].map(([name, command]) => `## ${name}\n\n\`\`\`text\n${helpOf(command)}\n\`\`\``),
  );
}

function leavesOf(command: Command, name: string): [string, Command][] {
  if (command.commands.length === 0) return [[name, command]];
  return command.commands.flatMap(child => leavesOf(child, `${name} ${child.name()}`));
}

/** The whole help: `helpInformation` leaves out what a command adds after it. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: part => {
      text += part;
    },
    getOutHelpWidth: () => 100,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text.trim();
}
