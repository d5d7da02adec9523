import { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../command/command-context.ts';
import {
  brokerApi,
  operatorCommand,
  type OperatorOptions,
  printResult,
} from '../command/operator-command.ts';
import { formatTable } from '../command/table.ts';
import { type ClientKeyView, clientKeyView } from '../../oauth/client-keys/client-key-view.ts';

const keyList = z.object({ clientKeys: z.array(clientKeyView) });

const stepResult = z.object({
  dryRun: z.boolean(),
  changed: z.boolean(),
  sessions: z.int(),
  key: clientKeyView.nullable(),
});

type StepResult = z.infer<typeof stepResult>;
type StepOptions = OperatorOptions & { readonly dryRun?: true };

/** `latchkey client-keys`: lists the OAuth client's keys, and changes them one step at a time. */
export function clientKeysCommand(context: CommandContext): Command {
  const keys = new Command('client-keys').description("list and change the OAuth client's keys");
  return addKeyCommands(keys, context, { owner: '', pathOf: () => 'api/client-keys' });
}

/** The owner of the keys: its argument on the command line, and the path of its keys' routes. */
export type KeyCommands = {
  /** The usage of the owner's argument, or empty if there is none. */
  readonly owner: string;
  readonly pathOf: (owner: string) => string;
};

/** Adds the commands that list and change the keys of a client. */
export function addKeyCommands(
  keys: Command,
  context: CommandContext,
  { owner, pathOf }: KeyCommands,
): Command {
  const argument = owner === '' ? '' : ` ${owner}`;
  const read = (command: Command): { name: string; kid: string; options: StepOptions } => {
    const [name = '', kid = ''] = owner === '' ? ['', ...command.args] : command.args;
    return { name, kid, options: command.opts() };
  };
  operatorCommand(keys, `list${argument}`, 'list the keys').action(async (...args: unknown[]) => {
    const { name, options } = read(args.at(-1) as Command);
    const result = await brokerApi(context, options).call(keyList, pathOf(name));
    printResult(context, options, result, ({ clientKeys }) => toTable(clientKeys));
  });
  const runStep = async (command: Command, step: '' | 'activate' | 'retire', verb: string): Promise<void> => {
    const { name, kid, options } = read(command);
    const path = step === '' ? pathOf(name) : `${pathOf(name)}/${encodeURIComponent(kid)}/${step}`;
    const query = options.dryRun ? { dryRun: 'true' } : {};
    const result = await brokerApi(context, options).call(stepResult, path, { method: 'POST', query });
    printResult(context, options, result, result => describe(result, verb));
  };
  stepCommand(
    keys,
    `publish${argument}`,
    'make a key and publish it to issuers; it does not sign yet',
  ).action((...args: unknown[]) => runStep(args.at(-1) as Command, '', 'published'));
  stepCommand(
    keys,
    `activate${argument} <kid>`,
    'sign new sessions with a key, at least 20 minutes after it was published',
  ).action((...args: unknown[]) => runStep(args.at(-1) as Command, 'activate', 'activated'));
  stepCommand(keys, `retire${argument} <kid>`, 'sign no new sessions with a key').action(
    (...args: unknown[]) => runStep(args.at(-1) as Command, 'retire', 'retired'),
  );
  return keys;
}

function stepCommand(parent: Command, usage: string, description: string): Command {
  return operatorCommand(parent, usage, description).option('--dry-run', 'only print what would happen');
}

function toTable(keys: readonly ClientKeyView[]): string {
  if (keys.length === 0) return 'There are no client keys.';
  const rows = keys.map(key => [
    key.kid,
    key.signing ? `${key.status}, signs` : key.status,
    String(key.sessions),
    key.inJwks ? 'yes' : 'no',
    key.publishedAt,
    key.activeAt ?? (key.status === 'published' ? `from ${key.activatableFrom}` : '-'),
    key.retiredAt ?? '-',
  ]);
  return formatTable(['KID', 'STATUS', 'SESSIONS', 'IN JWKS', 'PUBLISHED', 'ACTIVE', 'RETIRED'], rows);
}

function describe({ dryRun, changed, sessions, key }: StepResult, verb: string): string {
  const name = key?.kid ?? 'A new key';
  if (!changed) return `${name} is already ${verb}. Nothing changed.`;
  const done = dryRun ? `${name} would be ${verb}. Nothing changed.` : `${name} was ${verb}.`;
  const held = `Sessions that need it: ${sessions}.`;
  const isWaiting = !dryRun && key?.status === 'published';
  return [done, held, ...(isWaiting ? [`You can activate it from ${key.activatableFrom}.`] : [])].join('\n');
}
