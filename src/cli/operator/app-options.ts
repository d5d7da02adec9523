import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import type { OptionNames } from '../command/option-names.ts';
import type { OperatorOptions } from '../command/operator-command.ts';

/** Options that describe an app. */
export type AppOptions = OperatorOptions & {
  readonly clientId?: string;
  /** A file name. */
  readonly metadata?: string;
  readonly origin?: readonly string[];
  readonly limit?: number;
  readonly attestationHeader?: string;
  readonly secretFile?: string;
  /** `false` with `--no-attestation`. */
  readonly attestation?: boolean;
};

/** What the fields of an app are called on the command line. */
export const appOptionNames: OptionNames = {
  name: '<name>',
  clientId: '--client-id',
  metadata: '--metadata',
  origins: '--origin',
  limitPerMinute: '--limit',
  'attestation.header': '--attestation-header',
  'attestation.secret': '--secret-file',
};

/** Adds the options of an app. Secrets come from files, because other users can read arguments. */
export function withAppOptions(command: Command): Command {
  return command
    .option('--metadata <file>', 'JSON file with the client metadata, if the broker hosts them')
    .option('--origin <origin...>', 'web origins whose pages may call the broker for it')
    .option('--limit <count>', 'requests a minute, instead of the limit in the settings', toCount)
    .option('--attestation-header <name>', 'header that its requests must carry')
    .option('--secret-file <file>', "file with this header's value");
}

/** Reads the registration of an app from the options and files. */
export async function registrationOf({ clientId, ...options }: AppOptions): Promise<object> {
  return { ...(clientId !== undefined && { clientId }), ...(await changeOf(options)) };
}

/** Reads the changes to an app from the options and files. */
export async function changeOf(options: AppOptions): Promise<object> {
  const { metadata, origin, limit, attestationHeader: header, secretFile, attestation } = options;
  if ((header === undefined) !== (secretFile === undefined))
    throw new Error('--attestation-header and --secret-file go together. Give both or neither.');
  return {
    ...(metadata !== undefined && { metadata: await readJson(metadata) }),
    ...(origin !== undefined && { origins: origin }),
    ...(limit !== undefined && { limitPerMinute: limit }),
    ...(attestation === false && { attestation: null }),
    ...(header !== undefined && {
      attestation: { header, secret: (await readText(secretFile ?? '')).trim() },
    }),
  };
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readText(file)) as unknown;
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new Error(`${file} is not valid JSON.`, { cause });
    throw cause;
  }
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Error(`${file} can't be read. Check its name and permissions.`, { cause });
  });
}

function toCount(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number above zero, such as 60.');
}
