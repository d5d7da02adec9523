import { type DestinationStream, type Logger, pino } from 'pino';
import { openLogStream } from './log-stream.ts';
import { redact, toLoggedError } from './redact.ts';

/**
 * The broker's log: one method for each thing that happens in the business, so that what is logged, and what is
 * not, can be read on one page. No argument is a secret; texts and errors are redacted all the same.
 */
export class Log {
  private readonly logger: Logger;

  constructor(stream: DestinationStream = openLogStream()) {
    this.logger = pino(
      { base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level } },
      stream,
    );
  }

  started(facts: { url: string; listen: string; database: string; client: string }): void {
    this.logger.info(facts, `Latchkey answers at ${facts.url}`);
  }

  developmentOverride(variable: string, effect: string): void {
    this.logger.warn(
      { variable },
      `DEVELOPMENT OVERRIDE ${variable}: ${effect}. Never use it for real accounts.`,
    );
  }

  migrated(names: readonly string[]): void {
    this.logger.info({ migrations: names }, 'The database was migrated');
  }

  clientChanged(facts: { clientId: string; sessions: number }): void {
    this.logger.warn(facts, 'The client id changed: its old sessions need their owners again');
  }

  loginBegun(facts: { issuer: string; purpose: string }): void {
    this.logger.info(facts, 'A login began');
  }

  loginRefused(code: string, cause: unknown): void {
    this.logger.warn({ code, error: toLoggedError(cause) }, 'A login was refused');
  }

  signedIn(facts: { did: string; sessionId: string; pds: string }): void {
    this.logger.info(facts, 'Signed in');
  }

  signedOut(facts: { did: string; sessionId: string }): void {
    this.logger.info(facts, 'Signed out');
  }

  sessionRevoked(facts: { did: string; sessionId: string }): void {
    this.logger.info(facts, 'A session was revoked at its issuer');
  }

  revocationFailed(facts: { sessionId: string }, error: unknown): void {
    this.logger.error(
      { ...facts, error: toLoggedError(error) },
      'A session could not be revoked at its issuer; its row stays to be tried again',
    );
  }

  discardFailed(facts: { did: string }, error: unknown): void {
    this.logger.error(
      { ...facts, error: toLoggedError(error) },
      'A grant that nobody holds could not be revoked; it ends by itself at its issuer',
    );
  }

  rowUnreadable(error: unknown): void {
    this.logger.fatal({ alarm: true, error: toLoggedError(error) }, 'A stored row cannot be opened');
  }

  databaseTrouble(error: unknown): void {
    this.logger.error({ error: toLoggedError(error) }, 'The database is in trouble');
  }

  requestFailed(facts: { method: string; route: string; code: string }, error: unknown): void {
    this.logger.error({ ...facts, error: toLoggedError(error) }, 'A request failed');
  }

  /** What a library has to say. */
  libraryWarned(library: string, message: string): void {
    this.logger.warn({ library }, redact(message));
  }
}

function level(label: string): { level: string } {
  return { level: label };
}
