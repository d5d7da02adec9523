import { type DestinationStream, type Logger, pino } from 'pino';
import { openLogStream } from './log-stream.ts';
import { redact, toLoggedError } from './redact.ts';

/**
 * The broker's log: one method for each event, so that one page shows everything that is logged. A message is the same
 * phrase each time, and what varies is a field. `security` marks a possible attack, `alarm` what needs the operator now.
 * No argument is a secret. Texts and errors are redacted all the same.
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
    this.logger.info(facts, 'broker started');
  }

  developmentOverride(variable: string, effect: string): void {
    this.logger.warn({ variable, effect }, 'development override active: never use it for real accounts');
  }

  migrated(names: readonly string[]): void {
    this.logger.info({ migrations: names }, 'database migrated');
  }

  restoreAccepted(facts: { home: string }): void {
    this.logger.warn(facts, 'restored database accepted');
  }

  restoredSessionsDoubted(facts: { sessions: number }): void {
    this.logger.warn(facts, 'sessions of restored database in doubt');
  }

  acceptanceLeft(): void {
    this.logger.warn('LATCHKEY_ACCEPT_RESTORED is set without need: remove it');
  }

  clientChanged(facts: { clientId: string; sessions: number }): void {
    this.logger.warn(facts, 'client id changed');
  }

  clientKeyChanged(facts: { kid: string; step: string; sessions: number }): void {
    this.logger.warn(facts, 'client key changed');
  }

  loginStarted(facts: { issuer: string; purpose: string }): void {
    this.logger.info(facts, 'login started');
  }

  loginRefused(code: string, cause: unknown): void {
    this.logger.warn({ code, error: toLoggedError(cause) }, 'login refused');
  }

  signedIn(facts: { did: string; sessionId: string; pds: string }): void {
    this.logger.info(facts, 'signed in');
  }

  signedOut(facts: { did: string; sessionId: string }): void {
    this.logger.info(facts, 'signed out');
  }

  sessionRevoked(facts: { did: string; sessionId: string }): void {
    this.logger.info(facts, 'session revoked at issuer');
  }

  revocationFailed(facts: { sessionId: string }, error: unknown): void {
    this.logger.error({ ...facts, error: toLoggedError(error) }, 'session revocation failed');
  }

  refreshSettled(facts: { did: string; sessionId: string; outcome: string }, cause: unknown): void {
    if (facts.outcome === 'refreshed') this.logger.info(facts, 'session refreshed');
    else this.logger.warn({ ...facts, error: toLoggedError(cause) }, 'session refresh failed');
  }

  refreshCrashed(facts: { sessionId: string }, error: unknown): void {
    this.logger.error({ ...facts, error: toLoggedError(error) }, 'session refresh crashed');
  }

  answerNotStored(facts: { sessionId: string }, error: unknown): void {
    this.logger.error({ ...facts, error: toLoggedError(error) }, 'session refresh answer not stored yet');
  }

  answerSuperseded(facts: { sessionId: string }): void {
    this.logger.warn(facts, 'late session refresh answer left to revocation');
  }

  sessionRolledBack(facts: {
    did: string;
    sessionId: string;
    generation: number;
    knownGeneration: number;
  }): void {
    this.logger.fatal({ alarm: true, ...facts }, 'session rolled back by database');
  }

  sessionPutBack(facts: { did: string; sessionId: string; generation: number }): void {
    this.logger.warn(facts, 'rolled-back session put back');
  }

  nativeAnswerPutBack(facts: { appId: string }): void {
    this.logger.fatal({ alarm: true, ...facts }, 'rolled-back answer of native app put back');
  }

  sessionReleased(facts: { did: string; sessionId: string; generation: number }): void {
    this.logger.warn(facts, 'rolled-back session works without newer tokens');
  }

  sessionRecovered(facts: { did: string; sessionId: string }): void {
    this.logger.warn(facts, 'session recovered by late answer');
  }

  spoolReplayed(answers: number): void {
    this.logger.warn({ answers }, 'spooled answers stored');
  }

  spoolUnreadable(facts: { directory: string }, error: unknown): void {
    this.logger.fatal({ ...facts, alarm: true, error: toLoggedError(error) }, 'spool directory unreadable');
  }

  spooledAnswerStuck(facts: { file: string }, error: unknown): void {
    this.logger.fatal(
      { ...facts, alarm: true, error: toLoggedError(error) },
      'spooled answer cannot be stored',
    );
  }

  answerUnread(facts: { file: string; status: number; contentType: string | null; bytes: number }): void {
    this.logger.fatal({ ...facts, alarm: true }, 'refresh answer without tokens kept');
  }

  unreadAnswerLost(facts: { file: string; status: number; bytes: number }, error: unknown): void {
    this.logger.error({ ...facts, error: toLoggedError(error) }, 'refresh answer without tokens not kept');
  }

  spoolNotWritable(facts: { directory: string }, error: unknown): void {
    this.logger.fatal({ ...facts, alarm: true, error: toLoggedError(error) }, 'spool not writable');
  }

  spoolDeleted(facts: { directory: string }): void {
    this.logger.fatal({ ...facts, alarm: true }, 'spool directory deleted');
  }

  spoolCopied(facts: { spoolId: string }): void {
    this.logger.fatal({ ...facts, alarm: true }, 'spool id used by another process');
  }

  spoolWritableAgain(facts: { directory: string }): void {
    this.logger.info(facts, 'spool writable again');
  }

  spoolNotDrained(facts: { directory: string }, error: unknown): void {
    this.logger.error({ ...facts, error: toLoggedError(error) }, 'spool not drained');
  }

  sessionReconnected(facts: { did: string; sessionId: string }): void {
    this.logger.info(facts, 'session reconnected');
  }

  sessionNeedsReauth(facts: { did: string; sessionId: string; reason: string }): void {
    this.logger.warn(facts, 'session needs reauthorization');
  }

  sessionEndsSoon(facts: { did: string; sessionId: string; endsAt: string }): void {
    this.logger.warn(facts, 'session expires soon');
  }

  scopeFellShort(facts: { did: string; sessionId: string; at: string; missing: string }): void {
    this.logger.warn(facts, 'scope shortfall');
  }

  scopeChanged(facts: { did: string; sessionId: string; lost: string; gained: string }): void {
    this.logger.info(facts, 'session scope changed');
  }

  permissionSetResolved(facts: { nsid: string; permissions: number }): void {
    this.logger.info(facts, 'permission set resolved');
  }

  permissionSetFailed(facts: { nsid: string; isKnown: boolean }, error: unknown): void {
    this.logger.warn({ ...facts, error: toLoggedError(error) }, 'permission set resolution failed');
  }

  operatorSignedIn(facts: { operatorSessionId: string; from: string }): void {
    this.logger.info(facts, 'operator signed in');
  }

  operatorRefused(facts: { from: string }): void {
    this.logger.warn({ ...facts, security: true }, 'wrong admin token presented');
  }

  keyRequestCreated(facts: { did: string; keyRequestId: string }): void {
    this.logger.info(facts, 'key request created');
  }

  keyRequestAuthorized(facts: { did: string; keyRequestId: string; sessionId: string }): void {
    this.logger.info(facts, 'key request authorized');
  }

  keyRequestClaimed(facts: { did: string; keyRequestId: string; apiKeyId: string; sessionId: string }): void {
    this.logger.info(facts, 'key request claimed');
  }

  keyRequestEnded(facts: { did: string; keyRequestId: string; reason: string }): void {
    this.logger.info(facts, 'key request ended');
  }

  wrongClaimCode(facts: { did: string; keyRequestId: string; tries: number }): void {
    this.logger.warn({ ...facts, security: true }, 'wrong claim code presented');
  }

  apiKeyRotated(facts: { did: string; apiKeyId: string; previousUntil: string | null }): void {
    this.logger.info(facts, 'API key rotated');
  }

  apiKeyRenamed(facts: { did: string; apiKeyId: string }): void {
    this.logger.info(facts, 'API key renamed');
  }

  previousSecretEnded(facts: { did: string; apiKeyId: string }): void {
    this.logger.info(facts, 'previous secret of an API key ended');
  }

  apiKeyRevoked(facts: { did: string; apiKeyId: string; sessionId: string }): void {
    this.logger.info(facts, 'API key revoked');
  }

  apiKeyExpired(facts: { did: string; apiKeyId: string; sessionId: string }): void {
    this.logger.info(facts, 'API key expired');
  }

  apiKeyRefused(facts: { did: string; apiKeyId: string; reason: string }): void {
    this.logger.warn({ ...facts, security: true }, 'revoked, expired or rotated API key presented');
  }

  apiKeyMalformed(facts: { length: number }): void {
    this.logger.warn({ ...facts, security: true }, 'malformed API key presented');
  }

  nativeAppChanged(facts: { app: string; clientId: string; step: string }): void {
    this.logger.warn(facts, 'native app changed');
  }

  nativeAppUnattested(facts: { app: string; flaw: string; from: string }): void {
    this.logger.warn({ ...facts, security: true }, 'native app request without valid attestation');
  }

  nativeRefreshInDoubt(facts: { app: string }, cause: unknown): void {
    this.logger.warn({ ...facts, error: toLoggedError(cause) }, 'native refresh in doubt');
  }

  nativeRefreshRefused(facts: { app: string; what: string }): void {
    this.logger.warn({ ...facts, security: true }, 'mismatched native refresh token presented');
  }

  nativeAnswerNotStored(facts: { appId: string }, error: unknown): void {
    this.logger.error({ ...facts, error: toLoggedError(error) }, 'native refresh answer not stored yet');
  }

  backgroundFailed(error: unknown): void {
    this.logger.error({ error: toLoggedError(error) }, 'background run failed');
  }

  measurementFailed(facts: { metric: string }, error: unknown): void {
    this.logger.error({ ...facts, error: toLoggedError(error) }, 'metric measurement failed');
  }

  metricsFailed(error: unknown): void {
    this.logger.error({ error: toLoggedError(error) }, 'metrics request failed');
  }

  swept(facts: { table: string; rows: number }): void {
    this.logger.info(facts, 'rows swept');
  }

  sweepFailed(facts: { table: string }, error: unknown): void {
    this.logger.error({ ...facts, error: toLoggedError(error) }, 'sweep failed');
  }

  auditEventsLost(facts: { events: number }, cause: unknown): void {
    this.logger.error(
      { ...facts, ...(cause !== undefined && { error: toLoggedError(cause) }) },
      'audit events lost',
    );
  }

  discardFailed(facts: { did: string }, error: unknown): void {
    this.logger.error({ ...facts, error: toLoggedError(error) }, 'unwanted grant revocation failed');
  }

  rowUnreadable(error: unknown): void {
    this.logger.fatal({ alarm: true, error: toLoggedError(error) }, 'sealed row unreadable');
  }

  highWaterFailed(error: unknown): void {
    this.logger.fatal({ alarm: true, error: toLoggedError(error) }, 'high-water journal failed');
  }

  databaseFailed(error: unknown): void {
    this.logger.error({ error: toLoggedError(error) }, 'database unavailable');
  }

  databasePooler(): void {
    this.logger.info('database pooler in transaction mode');
  }

  /** @param facts `stepSeconds`: how far the clock went ahead beyond the time that passed; negative if it went back */
  databaseClockDoubted(facts: { stepSeconds: number }): void {
    this.logger.fatal({ ...facts, alarm: true }, 'database clock stepped');
  }

  databaseClockTrusted(facts: { stepSeconds: number }): void {
    this.logger.warn(facts, 'database clock trusted again');
  }

  shutdownStarted(): void {
    this.logger.info('shutdown started');
  }

  requestsServed(facts: { seconds: number }): void {
    this.logger.info(facts, 'last requests served');
  }

  shutdownFinished(facts: { seconds: number }): void {
    this.logger.info(facts, 'shutdown finished');
  }

  requestFailed(
    facts: { requestId: string; method: string; route: string; code: string },
    error: unknown,
  ): void {
    this.logger.error({ ...facts, error: toLoggedError(error) }, 'request failed');
  }

  /** Passes on a warning of a library. */
  libraryWarned(library: string, message: string): void {
    this.logger.warn({ library }, redact(message));
  }
}

function level(label: string): { level: string } {
  return { level: label };
}
