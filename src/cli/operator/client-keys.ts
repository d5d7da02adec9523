import { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../command/command-context.ts';
import { connect, operatorCommand, type OperatorOptions, show } from '../command/operator-command.ts';
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

/** `latchkey client-keys`: lists the keys of the OAuth client, and changes them one step at a time. */
export function clientKeysCommand(context: CommandContext): Command {
  const keys = new Command('client-keys').description("look at the OAuth client's keys, and change them");
  return addKeyCommands(keys, context, { owner: '', pathOf: () => 'api/client-keys' });
}

/** Whose keys a command is about: how its command line names the owner, and where the routes of its keys are. */
export type KeyCommands = {
  /** An argument with a space after it, or nothing. */
  readonly owner: string;
  readonly pathOf: (owner: string) => string;
};

/** Adds the commands that list the keys of a client, and change them. */
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
    const answer = await connect(context, options).call(keyList, pathOf(name));
    show(context, options, answer, ({ clientKeys }) => toTable(clientKeys));
  });
  const take = async (command: Command, step: '' | 'activate' | 'retire', verb: string): Promise<void> => {
    const { name, kid, options } = read(command);
    const path = step === '' ? pathOf(name) : `${pathOf(name)}/${encodeURIComponent(kid)}/${step}`;
    const query = options.dryRun ? { dryRun: 'true' } : {};
    const answer = await connect(context, options).call(stepResult, path, { method: 'POST', query });
    show(context, options, answer, result => describe(result, verb));
  };
  stepCommand(keys, `publish${argument}`, 'make a key and show it to issuers; it does not sign yet').action(
    (...args: unknown[]) => take(args.at(-1) as Command, '', 'published'),
  );
  stepCommand(
    keys,
    `activate${argument} <kid>`,
    'let new sessions begin with a key, 20 minutes after it was published',
  ).action((...args: unknown[]) => take(args.at(-1) as Command, 'activate', 'activated'));
  stepCommand(keys, `retire${argument} <kid>`, 'let no session begin with a key any more').action(
    (...args: unknown[]) => take(args.at(-1) as Command, 'retire', 'retired'),
  );
  return keys;
}

function stepCommand(parent: Command, usage: string, description: string): Command {
  return operatorCommand(parent, usage, description).option('--dry-run', 'only tell what would happen');
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
  if (!changed) return `${name} is ${verb} already; nothing changed.`;
  const done = dryRun ? `${name} would be ${verb}; nothing was changed.` : `${name} was ${verb}.`;
  const held = `Sessions that began with it, and go on with it: ${sessions}.`;
  const isWaiting = !dryRun && key?.status === 'published';
  return [done, held, ...(isWaiting ? [`It may be activated from ${key.activatableFrom} on.`] : [])].join(
    '\n',
  );
}
