import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose';

/** How long a server caches a client's keys. */
const jwksLifetimeMs = 10 * 60_000;

/** The proven client key, `null` for a public client, or an OAuth error. */
export type CheckedClient = { kid: string | null } | { error: 'invalid_client' };

/** Fetches a client's public keys. */
export type JwksOf = (clientId: string) => Promise<JSONWebKeySet>;

/** Checks client assertions (RFC 7523, section 3). Accepts each once, for one issuer, until it expires. */
export class ClientAssertionCheck {
  readonly #issuer: string;
  readonly #jwksOf: JwksOf;
  readonly #seen = new Set<string>();
  readonly #known = new Map<string, { keys: JSONWebKeySet; readAt: number }>();

  constructor(issuer: string, jwksOf: JwksOf) {
    this.#issuer = issuer;
    this.#jwksOf = jwksOf;
  }

  async check(form: URLSearchParams): Promise<CheckedClient> {
    const clientId = form.get('client_id') ?? '';
    const assertion = form.get('client_assertion');
    if (!clientId.startsWith('https:'))
      return assertion === null ? { kid: null } : { error: 'invalid_client' };
    try {
      const keys = createLocalJWKSet(await this.#keysOf(clientId));
      const expected = { issuer: clientId, subject: clientId, audience: this.#issuer };
      const now = { currentDate: new Date(Date.now()) };
      const { payload, protectedHeader } = await jwtVerify(assertion ?? '', keys, { ...expected, ...now });
      const { jti, exp } = payload;
      const { kid } = protectedHeader;
      if (kid === undefined || exp === undefined || jti === undefined || this.#seen.has(jti))
        return { error: 'invalid_client' };
      this.#seen.add(jti);
      return { kid };
    } catch (error) {
      if (error instanceof errors.JOSEError) return { error: 'invalid_client' };
      throw error;
    }
  }

  async #keysOf(clientId: string): Promise<JSONWebKeySet> {
    const known = this.#known.get(clientId);
    if (known && Date.now() - known.readAt < jwksLifetimeMs) return known.keys;
    const keys = await this.#jwksOf(clientId);
    this.#known.set(clientId, { keys, readAt: Date.now() });
    return keys;
  }
}
