import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import type { OperatorOptions } from '../command/operator-command.ts';

/** What the command line says of an app. */
export type AppOptions = OperatorOptions & {
  readonly clientId?: string;
  /** The name of a file. */
  readonly metadata?: string;
  readonly origin?: readonly string[];
  readonly limit?: number;
  readonly attestationHeader?: string;
  readonly secretFile?: string;
  /** `false` with `--no-attestation`. */
  readonly attestation?: boolean;
};

/** Lets a command be told what may be told of an app. Secrets are in no argument: others can read those. */
export function withAppOptions(command: Command): Command {
  return command
    .option('--metadata <file>', 'a JSON file with what the client metadata say that the broker hosts')
    .option('--origin <origin...>', 'web origins that may call for it')
    .option('--limit <count>', 'requests a minute, where the settings are not to say it', toCount)
    .option('--attestation-header <name>', 'a header that its requests must carry')
    .option('--secret-file <file>', "the file that holds this header's value");
}

/** Reads what an app is registered with. */
export async function askOf({ clientId, ...options }: AppOptions): Promise<object> {
  return { ...(clientId !== undefined && { clientId }), ...(await changeOf(options)) };
}

/** Reads what is to be changed of an app. */
export async function changeOf(options: AppOptions): Promise<object> {
  const { metadata, origin, limit, attestationHeader: header, secretFile, attestation } = options;
  if ((header === undefined) !== (secretFile === undefined))
    throw new Error('--attestation-header and --secret-file go together.');
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
    if (cause instanceof SyntaxError) throw new Error(`${file} is no JSON.`, { cause });
    throw cause;
  }
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Error(`${file} cannot be read.`, { cause });
  });
}

function toCount(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number above zero.');
}
