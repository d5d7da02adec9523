import { type Command, Option } from 'commander';
import { BrokerApi } from './broker-api.ts';
import type { CommandContext } from './command-context.ts';
import { formatTable } from './table.ts';
import { readAdminToken } from '../../config/admin-token.ts';
import { readBrokerAddress } from '../../config/broker-address.ts';

const OPERATOR_HELP = `
Sends LATCHKEY_ADMIN_TOKEN, which must be the one that the broker runs with.`;

/** Options of every command that calls a broker. */
export type OperatorOptions = { readonly broker?: string; readonly json?: true };

/** Adds a subcommand that calls a broker, with `--broker` and `--json`. */
export function operatorCommand(parent: Command, usage: string, description: string): Command {
  return withOperatorOptions(parent.command(usage).description(description));
}

/** `--broker`. Without it a command reads the address from the settings, as the broker does. */
export function brokerOption(): Option {
  return new Option(
    '--broker <url>',
    'address of the broker; by default as LATCHKEY_PUBLIC_URL, LATCHKEY_LISTEN and LATCHKEY_BASE_PATH say',
  );
}

/** Adds `--broker` and `--json` to a command. */
export function withOperatorOptions(command: Command): Command {
  return command
    .addOption(brokerOption())
    .addOption(new Option('--json', "print the broker's response"))
    .addHelpText('after', OPERATOR_HELP);
}

/** Returns the API of the broker that the options name, called with the operator's token. */
export function brokerApi({ environment }: CommandContext, { broker }: OperatorOptions): BrokerApi {
  return new BrokerApi(broker ?? readBrokerAddress(environment), readAdminToken(environment));
}

/** Prints a result, with `--json` as JSON, else as text. */
export function printResult<Result>(
  { print }: CommandContext,
  { json }: OperatorOptions,
  result: Result,
  toText: (result: Result) => string,
): void {
  print(json ? JSON.stringify(result, null, 2) : toText(result));
}

/** Adds `--limit` and `--cursor` to a command that lists. */
export function withPageOptions(command: Command, { preset, max }: { preset: number; max: number }): Command {
  return command
    .option('--limit <count>', `print at most this many, by default ${preset}, up to ${max}`)
    .option('--cursor <cursor>', 'continue after an earlier page, with the cursor that it printed');
}

/** Returns the options that are given, as a query. */
export function toQuery(options: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Record<string, string>;
}

/** Aligns a page of rows, and ends with the way to the next page if there is one. */
export function formatPage(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  cursor: string | undefined,
): string {
  const table = formatTable(headings, rows);
  return cursor === undefined ? table : `${table}\nMore: --cursor ${cursor}`;
}
