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

  clientKeyChanged(facts: { kid: string; step: string; sessions: number }): void {
    this.logger.warn(facts, 'A client key was published, activated or retired');
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

  refreshEnded(facts: { did: string; sessionId: string; outcome: string }, cause: unknown): void {
    if (cause === undefined) this.logger.info(facts, 'A session was refreshed');
    else this.logger.warn({ ...facts, error: toLoggedError(cause) }, 'A refresh did not succeed');
  }

  refreshCrashed(facts: { sessionId: string }, error: unknown): void {
    this.logger.error({ ...facts, error: toLoggedError(error) }, 'A refresh could not be made');
  }

  answerNotStored(facts: { sessionId: string }, error: unknown): void {
    this.logger.error(
      { ...facts, error: toLoggedError(error) },
      'An answer is not stored yet; it is kept and tried again',
    );
  }

  answerSuperseded(facts: { sessionId: string }): void {
    this.logger.warn(facts, 'An answer came after its session had ended; it was revoked');
  }

  sessionRecovered(facts: { did: string; sessionId: string }): void {
    this.logger.warn(facts, 'A session lives again: the answer came that it was given up for');
  }

  spoolReplayed(answers: number): void {
    this.logger.warn({ answers }, 'Answers that an earlier process left on disk were stored');
  }

  sessionReconnected(facts: { did: string; sessionId: string }): void {
    this.logger.info(facts, 'A session was taken up again by its owner');
  }

  sessionNeedsReauth(facts: { did: string; sessionId: string; reason: string }): void {
    this.logger.warn(facts, 'A session needs its owner again');
  }

  sessionEndsSoon(facts: { did: string; sessionId: string; endsAt: string }): void {
    this.logger.warn(
      facts,
      'A session ends soon, however often it is refreshed: its owner has to sign in again',
    );
  }

  scopeFellShort(facts: { did: string; sessionId: string; at: string; missing: string }): void {
    this.logger.warn(facts, 'Less was granted than is wanted; the session goes on with that');
  }

  scopeChanged(facts: { did: string; sessionId: string; lost: string; gained: string }): void {
    this.logger.info(facts, 'A refresh brought another scope than the session had');
  }

  permissionSetResolved(facts: { nsid: string; permissions: number }): void {
    this.logger.info(facts, 'A permission set was read at its authority');
  }

  permissionSetFailed(facts: { nsid: string; isKnown: boolean }, error: unknown): void {
    this.logger.warn(
      { ...facts, error: toLoggedError(error) },
      'A permission set could not be read; the last good copy is used, and it is tried again',
    );
  }

  operatorSignedIn(facts: { operatorSessionId: string; from: string }): void {
    this.logger.info(facts, 'The operator signed in to the pages');
  }

  operatorRefused(facts: { from: string }): void {
    this.logger.warn(facts, 'SECURITY: a wrong admin token was shown at the pages');
  }

  keyRequestCreated(facts: { did: string; keyRequestId: string }): void {
    this.logger.info(facts, 'Somebody asks for an API key');
  }

  keyRequestAuthorized(facts: { did: string; keyRequestId: string; sessionId: string }): void {
    this.logger.info(facts, 'An API key was authorized by its owner, and waits to be claimed');
  }

  keyRequestClaimed(facts: { did: string; keyRequestId: string; apiKeyId: string; sessionId: string }): void {
    this.logger.info(facts, 'An API key was claimed');
  }

  keyRequestEnded(facts: { did: string; keyRequestId: string; reason: string }): void {
    this.logger.info(facts, 'A request for an API key is over');
  }

  wrongClaimCode(facts: { did: string; keyRequestId: string; tries: number }): void {
    this.logger.warn(facts, 'SECURITY: a wrong code was shown to claim an API key');
  }

  apiKeyRotated(facts: { did: string; apiKeyId: string; previousUntil: string | null }): void {
    this.logger.info(facts, 'An API key was given a new secret');
  }

  apiKeyRevoked(facts: { did: string; apiKeyId: string; sessionId: string }): void {
    this.logger.info(facts, 'An API key was revoked');
  }

  apiKeyExpired(facts: { did: string; apiKeyId: string; sessionId: string }): void {
    this.logger.info(facts, 'An API key has expired');
  }

  apiKeyRefused(facts: { did: string; apiKeyId: string; reason: string }): void {
    this.logger.warn(facts, 'SECURITY: an API key is used that is over');
  }

  apiKeyMalformed(facts: { length: number }): void {
    this.logger.warn(facts, 'SECURITY: something was shown as an API key that can be none');
  }

  nativeAppChanged(facts: { app: string; clientId: string; step: string }): void {
    this.logger.warn(facts, 'A native app was added, changed, paused, resumed or removed');
  }

  nativeAppUnattested(facts: { app: string; flaw: string; from: string }): void {
    this.logger.warn(facts, 'SECURITY: a request in the name of a native app does not carry its attestation');
  }

  nativeRefreshInDoubt(facts: { app: string }, cause: unknown): void {
    this.logger.warn(
      { ...facts, error: toLoggedError(cause) },
      'A refresh of a native app was sent, and its answer is lost',
    );
  }

  nativeRefreshRefused(facts: { app: string; what: string }): void {
    this.logger.warn(
      facts,
      'SECURITY: a refresh token of a native app was shown with another thing than its own',
    );
  }

  nativeAnswerNotStored(facts: { appId: string }, error: unknown): void {
    this.logger.error(
      { ...facts, error: toLoggedError(error) },
      'An answer for a native app is not stored yet; it is kept and tried again',
    );
  }

  backgroundFailed(error: unknown): void {
    this.logger.error({ error: toLoggedError(error) }, 'A background run failed; the next one comes');
  }

  measurementFailed(facts: { metric: string }, error: unknown): void {
    this.logger.error(
      { ...facts, error: toLoggedError(error) },
      'A metric could not be measured; it is left out',
    );
  }

  metricsFailed(error: unknown): void {
    this.logger.error({ error: toLoggedError(error) }, 'The metrics could not be served');
  }

  swept(facts: { table: string; rows: number }): void {
    this.logger.info(facts, 'Rows whose time was over were removed');
  }

  sweepFailed(facts: { table: string }, error: unknown): void {
    this.logger.error(
      { ...facts, error: toLoggedError(error) },
      'A table could not be swept; it is tried again',
    );
  }

  auditEventsLost(facts: { events: number }, cause: unknown): void {
    this.logger.error(
      { ...facts, ...(cause !== undefined && { error: toLoggedError(cause) }) },
      'Audit events of refusals were lost: they were too many, or the database did not take them',
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
