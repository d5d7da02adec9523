import { DidError } from '@atproto-labs/did-resolver';
import { OAuthCallbackError } from '@atproto/oauth-client-node';
import { toDatabaseUnavailable } from '../../database/connection/database-error.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import type { BareCode } from '../../errors/error-details.ts';
import { OutboundError, type OutboundFailure } from '../../identity/outbound/outbound-error.ts';
import { pauseSecondsOf, responseOf } from '../issuers/refusing-response.ts';

/** What lasts until its operator, the owner or the PDS changes something, and what passes. */
type Refusal = 'passing' | Extract<BareCode, keyof typeof MESSAGES>;

const MESSAGES = {
  LoginCancelled: 'You did not give permission, so nothing has changed.',
  LoginRefused:
    "The account's server refused this sign-in. Try again. If it refuses again, ask the people who run that server.",
  ScopeRefused:
    "The account's server does not know a permission that was asked for. Ask for others, or ask the operator of this broker to change them.",
  ClientRefused:
    "The account's server does not accept this broker as a client. Only the operator of this broker can change that.",
  LoginUnsupported:
    "The account's server does not support signing in by OAuth as atproto has it. Ask the people who run it, or use an account elsewhere.",
  AccountUnreachable:
    'The account or its server does not answer. Check the name, or try again in a few minutes.',
} as const;

/** Codes of RFC 6749 section 4.1.2.1 and 5.2, RFC 7591 section 3.2.2, RFC 9126 section 2.3 and RFC 9396 section 5. */
const BY_OAUTH_CODE: Readonly<Record<string, Refusal>> = {
  access_denied: 'LoginCancelled',
  invalid_scope: 'ScopeRefused',
  insufficient_scope: 'ScopeRefused',
  invalid_client: 'ClientRefused',
  invalid_client_id: 'ClientRefused',
  invalid_client_metadata: 'ClientRefused',
  invalid_redirect_uri: 'ClientRefused',
  unauthorized_client: 'ClientRefused',
  unsupported_response_type: 'LoginUnsupported',
  unsupported_grant_type: 'LoginUnsupported',
  server_error: 'passing',
  slow_down: 'passing',
  temporarily_unavailable: 'passing',
};

/** Failures of a call that show another server than one of OAuth. */
const NOT_OAUTH = new Set<OutboundFailure>(['redirect', 'too_large', 'unreadable']);

/** Decides why an authorization cannot begin: from the answers of the account's PDS and issuer (RFC 6749, RFC 9126). */
export function decideBeginRefusal(cause: unknown): BrokerError {
  return decide(cause, 'AccountUnreachable', 'LoginUnsupported');
}

/** Decides why an authorization cannot finish: from the callback's parameters, or from the exchange of its code. */
export function decideFinishRefusal(cause: unknown): BrokerError {
  const code = cause instanceof OAuthCallbackError ? cause.params.get('error') : null;
  if (code !== null) return refusal(ofCode(code) ?? 'LoginRefused', cause);
  return namesUnknownSubject(cause)
    ? refusal('LoginRefused', cause)
    : decide(cause, 'LoginRefused', 'LoginRefused');
}

/** An issuer that names a DID without a document is wrong, and not merely unreachable. */
function namesUnknownSubject(cause: unknown): boolean {
  const errors = [...causesOf(cause)];
  const isOfIdentity = errors.some(
    error => error instanceof BrokerError && error.code === 'AccountUnreachable',
  );
  return isOfIdentity && errors.some(error => [404, 410].includes(responseOf(error)?.status ?? 0));
}

/**
 * @param otherwise for servers that fail in another way
 * @param verdict for documents that the library refuses itself, by an error without a response
 */
function decide(cause: unknown, otherwise: Refusal, verdict: Refusal): BrokerError {
  for (const error of causesOf(cause)) {
    if (error instanceof OutboundError) return refusal(ofFailure(error.reason, otherwise), cause);
    if (error instanceof BrokerError) return error;
    const ours = toDatabaseUnavailable(error);
    if (ours) return ours;
    const response = responseOf(error);
    if (response) return refusal(ofResponse(response, codeIn(error), otherwise), cause, response);
  }
  return refusal(cause instanceof DidError ? otherwise : verdict, cause);
}

function ofCode(code: string | undefined): Refusal | undefined {
  return code !== undefined && Object.hasOwn(BY_OAUTH_CODE, code) ? BY_OAUTH_CODE[code] : undefined;
}

function ofFailure(reason: OutboundFailure, otherwise: Refusal): Refusal {
  if (NOT_OAUTH.has(reason)) return 'LoginUnsupported';
  return reason === 'busy' || reason === 'spared' ? 'passing' : otherwise;
}

/** A response with a code is the issuer's. One without is of any server: a 404 or a web page shows that it has no OAuth. */
function ofResponse({ status }: Response, code: string | undefined, otherwise: Refusal): Refusal {
  if (status === 429 || status >= 500) return 'passing';
  if (code !== undefined) return ofCode(code) ?? 'LoginRefused';
  return status < 300 || status === 404 || status === 405 || status === 410 ? 'LoginUnsupported' : otherwise;
}

function refusal(what: Refusal, cause: unknown, response?: Response): BrokerError {
  if (what !== 'passing') return new BrokerError(what, MESSAGES[what], { cause });
  const message = "The account's server cannot sign anybody in right now. Try again in a few minutes.";
  return new BrokerError('IssuerUnavailable', message, {
    cause,
    retryAfterSeconds: pauseSecondsOf(response),
  });
}

/** Returns an error and its causes, outermost first. */
function* causesOf(error: unknown): Generator<Error> {
  for (let at = error; at instanceof Error; at = at.cause) yield at;
}

/** The library's errors for a response of the issuer have its code as a field. */
function codeIn(error: Error): string | undefined {
  return 'error' in error && typeof error.error === 'string' ? error.error : undefined;
}
