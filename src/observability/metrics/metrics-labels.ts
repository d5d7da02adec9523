// The values of the labels. Every one is written down here or in code; nothing that comes from outside is among them,
// as each new value of a label is a new time series for ever.

/** How an attempt to refresh ends; an answer that asks to sign again ends none. */
export const attemptOutcomes = ['refreshed', 'not-sent', 'refused', 'invalid-grant', 'unknown'] as const;

export type AttemptOutcome = (typeof attemptOutcomes)[number];

/** Why a session needs its owner again. */
export const endReasons = [
  'revoked',
  'response_lost',
  'idle',
  'lifetime',
  'account_moved',
  'client_changed',
] as const;

export type EndReason = (typeof endReasons)[number];

/** What a background run made of a session; an attempt that failed tells why by its outcome. */
export const backgroundResults = [
  'refreshed',
  'skipped',
  'failed',
  'slow',
  'issuer_busy',
  'crashed',
] as const;

export type BackgroundResult = (typeof backgroundResults)[number];

/** Failures of the run's own; the others are as many as issuers have words. */
const runFailures: readonly BackgroundResult[] = ['slow', 'issuer_busy', 'crashed'];

/** Returns what became of a session as one of few values. */
export function toBackgroundResult(result: {
  readonly kind: 'refreshed' | 'skipped' | 'failed';
  readonly error?: string;
}): BackgroundResult {
  return runFailures.find(failure => failure === result.error) ?? result.kind;
}

/** Why a temp token opens nothing. */
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
 * How a key that was shown is judged; `rotated` is a secret from before a rotation whose grace is over. Whether the key's
 * session works is another matter.
 */
export const keyOutcomes = ['accepted', 'unknown', 'malformed', 'expired', 'revoked', 'rotated'] as const;

export type KeyOutcome = (typeof keyOutcomes)[number];

/** How a request for a service token is answered: with a token from before, with a new one, or with neither. */
export const serviceTokenOutcomes = ['kept', 'minted', 'failed'] as const;

export type ServiceTokenOutcome = (typeof serviceTokenOutcomes)[number];

/** The moments at which a server says what was granted. */
export const grantMoments = ['login', 'key_request', 'reconnection', 'refresh'] as const;

export type GrantMoment = (typeof grantMoments)[number];

/** How it ends to look for a permission set at its authority. */
export const lookOutcomes = ['resolved', 'failed'] as const;

export type LookOutcome = (typeof lookOutcomes)[number];

/** What became of a native app's refresh. */
export const nativeRefreshOutcomes = [
  'refreshed',
  'shared',
  'replayed',
  'refused',
  'not-sent',
  'unknown',
  'waiting',
  'challenged',
  'mismatch',
] as const;

export type NativeRefreshOutcome = (typeof nativeRefreshOutcomes)[number];

/** What is wrong with the header that a native app's request has to carry. */
export const attestationFlaws = ['missing', 'wrong'] as const;

export type AttestationFlaw = (typeof attestationFlaws)[number];

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Returns the method of a request; those that no route answers to are one. */
export function toMethodLabel(method: string): string {
  return methods.includes(method) ? method : 'other';
}

/** Returns the class of a status, as `2xx`. */
export function toStatusLabel(status: number): string {
  return `${Math.floor(status / 100)}xx`;
}
