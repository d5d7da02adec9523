import type { Random } from '../time/random.ts';
import { omitKeys } from '../omit-keys.ts';
import { json, type WireReply } from './wire.ts';

/** The words in which servers in use refuse a dead grant. */
const refusals = ['Session expired', 'Refresh token expired', '"client_id" mismatch', 'Invalid token'];

/** Refuses a dead grant without `invalid_grant`. */
export function oddRefusal(random: Random): WireReply {
  return json(400, { error: random.pick(refusals) });
}

/** Refuses a token or asks for a nonce in a form that RFC 9110 allows, or that servers in use have. */
export function oddChallenge(error: string, random: Random): WireReply {
  const challenges: readonly WireReply[] = [
    json(401, { error }, { 'www-authenticate': `DPoP error=${error}` }),
    json(401, { error }, { 'www-authenticate': `Bearer realm="x", DPoP algs="ES256", error="${error}"` }),
    json(401, { error }),
    json(400, { error: error === 'invalid_token' ? 'ExpiredToken' : error }),
  ];
  return random.pick(challenges);
}

type Tokens = Readonly<Record<string, unknown>>;

/** Answers with good tokens and one member that is odd, missing or of another type. */
export function oddTokens(tokens: Tokens, random: Random): WireReply {
  const odd: readonly WireReply[] = [
    ...[null, '3600', 0, -1, 1e20, 1e308, 59.5].map(expires_in => json(200, { ...tokens, expires_in })),
    ...[null, 'atproto \u0000', 'atproto \ud800', '', 7].map(scope => json(200, { ...tokens, scope })),
    json(200, omitKeys(tokens, 'token_type')),
    json(200, { ...tokens, token_type: 'dpop' }),
    json(201, tokens),
    json(202, tokens),
  ];
  return random.pick(odd);
}
