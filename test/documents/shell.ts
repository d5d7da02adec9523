import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

// An error status fails the block, as it would surprise a reader.
const prelude = 'curl() { command curl --fail-with-body -sS "$@"; }';

/** Splits a block into commands. A backslash at the end of a line continues a command, and so does an open quote. */
export function commandsOf(text: string): string[] {
  const commands: string[] = [];
  let command = '';
  for (const line of text.split('\n')) {
    command += command === '' ? line : `\n${line}`;
    if (line.endsWith('\\') || isQuoteOpen(command)) continue;
    if (command.trim() !== '' && !command.startsWith('#')) commands.push(command);
    command = '';
  }
  return commands;
}

/** Runs a command in bash, with only these variables. Returns its standard output. */
export async function runInShell(
  command: string,
  variables: Readonly<Record<string, string>>,
): Promise<string> {
  const { PATH = '' } = process.env;
  const { stdout } = await run('bash', ['--norc', '-euo', 'pipefail', '-c', `${prelude}\n${command}`], {
    env: { PATH, ...variables },
  });
  return stdout;
}

/** Returns the words of a command without their quotes, with its variables in their place. */
export function wordsOf(command: string, variables: Readonly<Record<string, string>>): string[] {
  const line = command
    .replace(/ +#.*$/, '')
    .replaceAll(/\\\n */g, '')
    .replaceAll(/\$(\w+)/g, (_, name: string) => variables[name] ?? '');
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
}

function isQuoteOpen(command: string): boolean {
  return (command.replaceAll(/\\\n/g, '').match(/(?<!\\)'/g) ?? []).length % 2 === 1;
}
