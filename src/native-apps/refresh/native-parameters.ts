import { BrokerError } from '../../errors/broker-error.ts';

/** The parameters of a request, each present once. */
export type Parameters = Readonly<Record<string, string>>;

/** The parameters that an endpoint accepts and passes on to the issuer. */
type Allowed = { readonly passedOn: readonly string[]; readonly required: readonly string[] };

/** A parsed request: the parameters for the broker, and those for the issuer. */
export type ParsedRequest = {
  readonly clientId: string;
  readonly issuer: string;
  readonly keyId: string | undefined;
  /** Without `client_id`, which comes with the assertion. */
  readonly passedOn: Parameters;
};

const OWN = ['client_id', 'issuer', 'key_id'];
const LONGEST_VALUE = 8 * 1024;

const requests = {
  /** RFC 9126 section 2.1, with the parameters of the atproto profile and of OpenID Connect that its clients send. */
  par: {
    passedOn: [
      'response_type',
      'redirect_uri',
      'scope',
      'state',
      'code_challenge',
      'code_challenge_method',
      'response_mode',
      'login_hint',
      'prompt',
      'display',
      'ui_locales',
      'max_age',
      'nonce',
      'dpop_jkt',
    ],
    required: ['response_type', 'redirect_uri', 'code_challenge', 'code_challenge_method'],
  },
  /** RFC 6749 section 4.1.3, RFC 7636 section 4.5. */
  code: {
    passedOn: ['grant_type', 'code', 'redirect_uri', 'code_verifier'],
    required: ['code', 'code_verifier'],
  },
  /** RFC 6749 section 6. */
  refresh: { passedOn: ['grant_type', 'refresh_token', 'scope'], required: ['refresh_token'] },
  /** RFC 7009 section 2.1. */
  revoke: { passedOn: ['token', 'token_type_hint'], required: ['token'] },
} as const satisfies Record<string, Allowed>;

export type RequestKind = keyof typeof requests;

/** Why some common parameters are refused. */
const REFUSED: Readonly<Record<string, string>> = {
  client_assertion: 'is signed by the broker. Send none',
  client_assertion_type: 'is sent by the broker. Send none',
  client_secret: 'is not needed, as the broker proves who the app is. Send none',
  request: 'is not taken here. Send the parameters themselves',
  request_uri: 'is not taken here. Push the parameters themselves',
};

/**
 * Parses a request for an endpoint of an issuer. Parameters that are not on the endpoint's list are refused.
 *
 * @throws BrokerError `InvalidRequest`, which names the parameter and never repeats its value
 */
export function parseRequest(kind: RequestKind, parameters: Parameters): ParsedRequest {
  const { passedOn, required }: Allowed = requests[kind];
  for (const [name, value] of Object.entries(parameters)) {
    if (!passedOn.includes(name) && !OWN.includes(name))
      throw refused(name, REFUSED[name] ?? 'is not taken here');
    if (value.length > LONGEST_VALUE) throw refused(name, 'is too long');
  }
  for (const name of [...required, 'client_id', 'issuer'])
    if (!parameters[name]) throw refused(name, 'is missing');
  const { client_id: clientId = '', issuer = '', key_id: keyId } = parameters;
  const forIssuer = Object.entries(parameters).filter(([name]) => passedOn.includes(name));
  return {
    clientId,
    issuer,
    keyId: keyId === '' ? undefined : keyId,
    passedOn: Object.fromEntries(forIssuer),
  };
}

/**
 * Returns which of the two grants a token request uses.
 *
 * @throws BrokerError `InvalidRequest`
 */
export function grantKindOf({ grant_type: grant }: Parameters): 'code' | 'refresh' {
  if (grant === 'authorization_code') return 'code';
  if (grant === 'refresh_token') return 'refresh';
  throw refused('grant_type', 'must be authorization_code or refresh_token');
}

function refused(name: string, why: string): BrokerError {
  return new BrokerError('InvalidRequest', `${name.slice(0, 64)} ${why}.`);
}
