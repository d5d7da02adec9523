// The values of the labels. Each value is a time series for ever, so none comes from a request or an issuer.

/** The outcomes of an attempt to refresh. A response that only asks to sign again is not an outcome. */
export const attemptOutcomes = [
  'refreshed',
  'not-sent',
  'refused',
  'invalid-grant',
  'rejected',
  'no-tokens',
  'unknown',
] as const;

export type AttemptOutcome = (typeof attemptOutcomes)[number];

/** The reasons for which a session needs reauthorization. */
export const endReasons = [
  'revoked',
  'response_lost',
  'idle',
  'lifetime',
  'account_moved',
  'client_changed',
  'other_account',
  'unusable_token',
  'restored',
] as const;

export type EndReason = (typeof endReasons)[number];

/** What is done with a session whose row is found rolled back. */
export const rollbackSteps = ['put_back', 'ended', 'in_check'] as const;

export type RollbackStep = (typeof rollbackSteps)[number];

/** The results of a background run for a session. The outcome of its attempt tells why one failed. */
export const backgroundResults = [
  'refreshed',
  'skipped',
  'failed',
  'slow',
  'issuer_busy',
  'crashed',
] as const;

export type BackgroundResult = (typeof backgroundResults)[number];

/** Failures of the run itself. Other errors are words of issuers, whose number is unlimited. */
const runFailures: readonly BackgroundResult[] = ['slow', 'issuer_busy', 'crashed'];

/** Returns the result of a background run as one of few values. */
export function toBackgroundResult(result: {
  readonly kind: 'refreshed' | 'skipped' | 'failed';
  readonly error?: string;
}): BackgroundResult {
  return runFailures.find(failure => failure === result.error) ?? result.kind;
}

/** The reasons for which a temp token is refused. */
export const tempTokenRefusals = [
  'malformed',
  'not_found',
  'expired',
  'consumed',
  'unknown_scope',
  'route_not_allowed',
] as const;

export type TempTokenRefusal = (typeof tempTokenRefusals)[number];

/**
 * The outcomes of a presented key. `rotated`: its secret is from before a rotation, and the grace period is over. The
 * state of the key's session does not count.
 */
export const keyOutcomes = ['accepted', 'unknown', 'malformed', 'expired', 'revoked', 'rotated'] as const;

export type KeyOutcome = (typeof keyOutcomes)[number];

/** The outcomes of a request for a service token: a cached token, a new one, or none. */
export const serviceTokenOutcomes = ['kept', 'minted', 'failed'] as const;

export type ServiceTokenOutcome = (typeof serviceTokenOutcomes)[number];

/** The moments at which a server tells which scope it granted. */
export const grantMoments = ['login', 'key_request', 'reconnection', 'refresh'] as const;

export type GrantMoment = (typeof grantMoments)[number];

/** The outcomes of a lookup of a permission set at its authority. */
export const lookOutcomes = ['resolved', 'failed'] as const;

export type LookOutcome = (typeof lookOutcomes)[number];

/** The outcomes of a native app's refresh. */
export const nativeRefreshOutcomes = [
  'refreshed',
  'shared',
  'replayed',
  'refused',
  'not-sent',
  'no-tokens',
  'unknown',
  'waiting',
  'challenged',
  'mismatch',
] as const;

export type NativeRefreshOutcome = (typeof nativeRefreshOutcomes)[number];

/** The flaws of the attestation header of a native app's request. */
export const attestationFlaws = ['missing', 'wrong'] as const;

export type AttestationFlaw = (typeof attestationFlaws)[number];

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Returns the method of a request, and `other` for a method that no route has. */
export function toMethodLabel(method: string): string {
  return methods.includes(method) ? method : 'other';
}

/** Returns the class of a status, such as `2xx`. */
export function toStatusLabel(status: number): string {
  return `${Math.floor(status / 100)}xx`;
}

/**
 * Why the broker leaves part of its work undone. `database_clock`: it does not believe the database's clock.
 * `high_water_journal`: it cannot use the journal. `spool`: it cannot write to its spool. `copied_spool`: another process
 * runs with a copy of its spool.
 */
export const degradationReasons = ['database_clock', 'high_water_journal', 'spool', 'copied_spool'] as const;

export type DegradationReason = (typeof degradationReasons)[number];
