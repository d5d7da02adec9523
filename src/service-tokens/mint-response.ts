import { z } from 'zod';
import { BrokerError } from '../errors/broker-error.ts';
import { neededRpcScope, scopeMissing } from '../oauth/scopes/rpc-scope.ts';
import type { PdsResponse } from '../sessions/pds/pds-requests.service.ts';
import type { Tuple } from './service-token.ts';

const LONGEST_REASON = 300;

const minted = z.object({ token: z.string().min(1) });
const refused = z.object({ error: z.string(), message: z.string().optional() });

/**
 * Returns the token in a PDS's response.
 *
 * @throws BrokerError `ScopeMissing`, `ServiceTokenRefused` with the PDS's reason, `TooManyRequests`,
 * `UpstreamUnavailable`
 */
export function tokenOfMintResponse(
  { statusCode, headers }: Pick<PdsResponse, 'statusCode' | 'headers'>,
  text: string,
  { aud, lxm = '*' }: Tuple,
): string {
  const body = parseJson(text);
  if (statusCode === 200) {
    const answer = minted.safeParse(body);
    if (answer.success) return answer.data.token;
  }
  if (statusCode === 429) throw tooMany(headers['retry-after']);
  const refusal = refused.safeParse(body).data;
  if (statusCode < 400 || statusCode >= 500 || !refusal)
    throw new BrokerError(
      'UpstreamUnavailable',
      `The PDS answered ${statusCode} without a token. Try again later.`,
    );
  const isScope = refusal.error === 'ScopeMissingError';
  throw isScope ? scopeMissing(neededRpcScope({ aud, lxm })) : refusedFor(refusal);
}

/** A 401 here concerns the account: the access token worked, or `withSession` would have thrown. */
function refusedFor({ error, message = error }: z.infer<typeof refused>): BrokerError {
  const reason = message.replace(/\p{Cc}+/gu, ' ').slice(0, LONGEST_REASON);
  return new BrokerError('ServiceTokenRefused', `The account's PDS does not mint this token: ${reason}`);
}

function tooMany(retryAfter: string | undefined): BrokerError {
  const seconds = /^\d{1,4}$/.test(retryAfter ?? '') ? { retryAfterSeconds: Number(retryAfter) } : {};
  return new BrokerError(
    'TooManyRequests',
    'The PDS limits the requests of this account. Try again later.',
    seconds,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Undefined fails the schemas, as every unexpected body does.
  }
}
