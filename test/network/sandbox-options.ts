import { parseArgs } from 'node:util';
import { UsageError } from './command-line.ts';

export const sandboxUsage = 'npm run sandbox -- [--database sqlite|postgres] [--brokers N] [--confidential]';

export type SandboxOptions = {
  database: 'sqlite' | 'postgres';
  /** How many broker processes share the database; more than one needs Postgres. */
  brokers: number;
  /** Whether the broker is a confidential client, with an https client id. */
  confidential: boolean;
};

/** The sandbox's options from its arguments; throws `UsageError`, or what `parseArgs` throws. */
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
