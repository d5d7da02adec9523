import { parseArgs } from 'node:util';
import { UsageError } from './command-line.ts';

export const sandboxUsage = 'npm run sandbox -- [--database sqlite|postgres] [--brokers N] [--confidential]';

export type SandboxOptions = {
  database: 'sqlite' | 'postgres';
  /** Number of broker processes on the database. More than one needs Postgres. */
  brokers: number;
  /** True for a confidential client with an https client id. */
  confidential: boolean;
};

/** Parses the sandbox's options. Throws `UsageError` or an error of `parseArgs`. */
export function parseSandboxOptions(args: string[]): SandboxOptions {
  const { database, brokers, confidential } = parseArgs({
    args,
    options: {
      database: { type: 'string', default: 'sqlite' },
      brokers: { type: 'string', default: '1' },
      confidential: { type: 'boolean', default: false },
    },
  }).values;
  if (database !== 'sqlite' && database !== 'postgres')
    throw new UsageError(`--database is sqlite or postgres, not '${database}'`);
  if (!/^[1-9]\d?$/.test(brokers))
    throw new UsageError(`--brokers is a number from 1 to 99, not '${brokers}'`);
  if (database === 'sqlite' && brokers !== '1')
    throw new UsageError('more than one broker needs --database postgres: an SQLite file serves one process');
  return { database, brokers: Number(brokers), confidential };
}
