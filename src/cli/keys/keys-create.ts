import { hostname, userInfo } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { IssuedApiKeyView } from '../../api-keys/keys/api-key-view.ts';
import { BrokerApi } from '../command/broker-api.ts';
import { listenForCode } from './code-listener.ts';
import type { CommandContext } from '../command/command-context.ts';
import { withInterruption } from '../command/interruption.ts';
import { createKey } from './key-creation.ts';
import { KeyRequestApi, type WantedKey } from './key-request-api.ts';
import { SecretFile } from './secret-file.ts';

const LONGEST_NAME = 64;

type CreateOptions = {
  readonly broker: string;
  readonly scope: string;
  readonly name: string;
  readonly expires?: number;
  readonly save?: string;
  readonly force?: true;
  readonly json?: true;
  readonly loopback: boolean;
};

const exitCodesHelp = `
The key goes to standard output, alone; everything else goes to standard error.

Exit codes: 0 the key is there; 1 it failed; 2 the command line makes no sense; 3 the owner denied the key; 4 the request
expired; 5 the code was wrong five times; 130 interrupted.`;

/** `latchkey keys create`: asks an account's owner for a key, as anybody may whom the broker lets. */
export function createKeyCommand(context: CommandContext): Command {
  return new Command('create')
    .description("ask an account's owner for an API key, and print it")
    .argument('<handle>', 'the handle or DID of the account that the key acts for')
    .addOption(new Option('--broker <url>', 'the address of the broker').default('http://127.0.0.1:8787'))
    .requiredOption('--scope <scope>', 'what the key may do, as "atproto repo:app.bsky.feed.post"')
    .addOption(
      new Option('--name <name>', 'what the key is called').default(ownName(), 'your name and this machine'),
    )
    .option('--expires <days>', 'when the key ends, 1 to 365 days from now; never if not told', toDays)
    .option('--save <file>', 'write the key into a new file that you alone may read, and do not print it')
    .option('--force', 'let --save replace a file')
    .option('--json', 'print all that is known of the key, as JSON')
    .option('--no-loopback', "type the code: the owner's browser is on another machine")
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
  const api = new KeyRequestApi(new BrokerApi(broker));
  const file = save === undefined ? undefined : await SecretFile.prepare(save, force);
  const listener = loopback ? await listenForCode() : undefined;
  try {
    const key = await createKey({ api, wanted: wantedKey(handle, options), terminal, listener, signal });
    await file?.save(key.secret);
    present(context, options, key);
  } finally {
    await listener?.stop();
    await file?.close();
  }
}

function wantedKey(identifier: string, { name, scope, expires }: CreateOptions): WantedKey {
  return { identifier, name, scope, ...(expires !== undefined && { expiresInDays: expires }) };
}

/** Shows the key, or where it is. */
function present({ print }: CommandContext, { json, save }: CreateOptions, key: IssuedApiKeyView): void {
  const { secret, ...shown } = key;
  if (json) print(JSON.stringify(save === undefined ? key : { ...shown, savedAs: save }, null, 2));
  else if (save === undefined) print(secret);
}

function toDays(text: string): number {
  const days = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > 365) throw new InvalidArgumentError('It is a number of days from 1 to 365.');
  return days;
}

/** Tells keys of several machines apart; who reads it knows that anybody can claim it. */
function ownName(): string {
  return `${userInfo().username}@${hostname()}`.slice(0, LONGEST_NAME);
}
