import type { LoggerService } from '@nestjs/common';
import type { Log } from './log.ts';

/** What Nest logs as an error here it also throws, and whoever starts the broker tells it, once. */
const TELLERS_OF_THROWN_ERRORS: readonly unknown[] = ['ExceptionHandler', 'NestApplication'];

/** Lets Nest speak through our log, in its form and redacted; what it says of its everyday is left out. */
export function createNestLog(log: Log): LoggerService {
  const tell = (message: unknown, ...details: unknown[]): void => {
    if (TELLERS_OF_THROWN_ERRORS.includes(details.at(-1))) return;
    log.libraryWarned(
      'nest',
      message instanceof Error ? (message.stack ?? message.message) : String(message),
    );
  };
  return { log: () => undefined, warn: tell, error: tell, fatal: tell };
}
