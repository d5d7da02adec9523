import { hostname, userInfo } from 'node:os';
import { Command, Option } from 'commander';
import type { IssuedApiKeyView } from '../../api-keys/keys/api-key-view.ts';
import { BrokerApi } from '../command/broker-api.ts';
import { listenForCode } from './code-listener.ts';
import type { CommandContext } from '../command/command-context.ts';
import { brokerOption } from '../command/operator-command.ts';
import { readBrokerAddress } from '../../config/broker-address.ts';
import { withInterruption } from '../command/interruption.ts';
import { createKey } from './key-creation.ts';
import { describeKey, toDays } from './key-life.ts';
import { KeyRequestApi, type WantedKey } from './key-request-api.ts';
import { chooseScope, toScope } from './scope-choice.ts';
import { SecretFile } from './secret-file.ts';

const MAX_NAME_LENGTH = 64;

type CreateOptions = {
  readonly broker?: string;
  readonly scope?: string;
  readonly name: string;
  readonly expires?: number;
  readonly save?: string;
  readonly force?: true;
  readonly json?: true;
  readonly loopback: boolean;
};

const exitCodesHelp = `
Standard output gets the key and nothing else. Everything else goes to standard error.

Exit codes: 0 success; 1 failure; 2 wrong command line; 3 the owner denied the key; 4 the request expired; 5 the code was
wrong five times; 130 interrupted.`;

/** `latchkey keys create`: requests a key from an account's owner. Needs no operator. */
export function createKeyCommand(context: CommandContext): Command {
  return new Command('create')
    .description("request an API key from an account's owner, and print it")
    .argument('<handle>', 'handle or DID of the account that the key acts for')
    .addOption(brokerOption())
    .option(
      '--scope <scope>',
      'what the key may do: post, all, or parts such as "repo:app.bsky.feed.post blob:image/*"; by default you are asked',
    )
    .addOption(
      new Option('--name <name>', 'name of the key').default(ownName(), 'your user name and this machine'),
    )
    .option(
      '--expires <when>',
      'days until the key expires, 1 to 365, or a date such as 2026-12-24; by default never',
      text => toDays(text),
    )
    .option('--save <file>', 'write the key to a new file that only you can read, and do not print it')
    .option('--force', 'let --save replace an existing file')
    .option('--json', 'print all fields of the key, as JSON')
    .option('--no-loopback', "type the code yourself, if the owner's browser is on another machine")
    .addHelpText('after', exitCodesHelp)
    .action((handle: string, options: CreateOptions) =>
      withInterruption(signal => create(context, { handle, options, signal })),
    );
}

async function create(
  context: CommandContext,
  { handle, options, signal }: { handle: string; options: CreateOptions; signal: AbortSignal },
): Promise<void> {
  const { broker, save, force = false, loopback } = options;
  const { terminal = { input: process.stdin, output: process.stderr } } = context;
  const api = new KeyRequestApi(new BrokerApi(broker ?? readBrokerAddress(context.environment)));
  const file = save === undefined ? undefined : await SecretFile.prepare(save, force);
  const listener = loopback ? await listenForCode() : undefined;
  try {
    const { scope: given } = options;
    const scope = given === undefined ? await chooseScope({ api, terminal, signal }) : toScope(given);
    const wanted = wantedKey(handle, scope, options);
    const key = await createKey({ api, wanted, terminal, listener, signal });
    await file?.save(key.secret);
    terminal.output.write(`${describeKey(key)}\n`);
    printKey(context, options, key);
  } finally {
    await listener?.stop();
    await file?.close();
  }
}

function wantedKey(identifier: string, scope: string, { name, expires }: CreateOptions): WantedKey {
  return { identifier, name, scope, ...(expires !== undefined && { expiresInDays: expires }) };
}

/** Prints the key, or the file that holds it. */
function printKey({ print }: CommandContext, { json, save }: CreateOptions, key: IssuedApiKeyView): void {
  const { secret, ...shown } = key;
  if (json) print(JSON.stringify(save === undefined ? key : { ...shown, savedAs: save }, null, 2));
  else if (save === undefined) print(secret);
}

/** Distinguishes keys of several machines. The owner's page says that the name is not verified. */
function ownName(): string {
  return `${userInfo().username}@${hostname()}`.slice(0, MAX_NAME_LENGTH);
}
