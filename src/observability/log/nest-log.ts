import type { LoggerService } from '@nestjs/common';
import type { Log } from './log.ts';

/** Nest also throws what it logs under these names, and the program that starts the broker prints it once. */
const TELLERS_OF_THROWN_ERRORS: readonly unknown[] = ['ExceptionHandler', 'NestApplication'];

/** Returns a logger that writes Nest's warnings and errors to the broker's log, redacted, and drops the rest. */
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
