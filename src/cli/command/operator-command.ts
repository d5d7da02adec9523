import { type Command, Option } from 'commander';
import { BrokerApi } from './broker-api.ts';
import type { CommandContext } from './command-context.ts';
import { readAdminToken } from '../../config/admin-token.ts';

/** What every command that talks to a broker can be told. */
export type OperatorOptions = { readonly broker: string; readonly json?: true };

/** Adds a subcommand that talks to a broker to its parent, with `--broker` and `--json`. */
export function operatorCommand(parent: Command, usage: string, description: string): Command {
  return withOperatorOptions(parent.command(usage).description(description));
}

/** Lets a command be told which broker it talks to, and how it prints. */
export function withOperatorOptions(command: Command): Command {
  return command
    .addOption(new Option('--broker <url>', 'the address of the broker').default('http://127.0.0.1:8787'))
    .addOption(new Option('--json', 'print what the broker answered'));
}

/** Connects to the broker that the options name, with the operator's token. */
export function connect({ environment }: CommandContext, { broker }: OperatorOptions): BrokerApi {
  return new BrokerApi(broker, readAdminToken(environment));
}

/** Prints an answer as it is with `--json`, else as people read it. */
export function show<Answer>(
  { print }: CommandContext,
  { json }: OperatorOptions,
  answer: Answer,
  toText: (answer: Answer) => string,
): void {
  print(json ? JSON.stringify(answer, null, 2) : toText(answer));
}
