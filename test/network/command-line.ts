/** A wrong command line. The message explains the problem. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Reads a program's options. Exits with one line and code 2 on a wrong command line. */
export function readCommandLine<Options>(usage: string, read: (args: string[]) => Options): Options {
  try {
    return read(process.argv.slice(2));
  } catch (error) {
    if (!isUsageError(error)) throw error;
    const [reason = ''] = error.message.split(/\. |\n/);
    console.error(`${reason} (usage: ${usage})`);
    process.exit(2);
  }
}

function isUsageError(error: unknown): error is Error {
  const refusedByParser = (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS_') ?? false;
  return error instanceof UsageError || refusedByParser;
}
