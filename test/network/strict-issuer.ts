import { randomBytes } from 'node:crypto';
import type { Did } from '../../src/database/tables/did.ts';

const accessLifetimeSeconds = 3600;

/** The binding of a grant. A use with anything else revokes it. */
export type GrantBinding = {
  did: Did;
  /** Thumbprint of the DPoP key. */
  jkt: string;
  /** The client key that it started with, `null` for a public client. */
  kid: string | null;
};

/** The reason why a grant ended: a reused refresh token, a foreign key, the client, or the issuer itself. */
export type GrantEnd = 'replay' | 'wrong-key' | 'revocation' | 'issuer';

export type StrictGrant = GrantBinding & {
  refreshToken: string;
  accessToken: string;
  /** Milliseconds since 1970. */
  accessExpiresAt: number;
  /** When its access token was last accepted, in milliseconds since 1970, or 0. */
  acceptedAt: number;
  end: GrantEnd | undefined;
};

/** Counts at the issuer. All but `refreshed` should be 0. */
export type StrictReport = {
  refreshed: number;
  /** Refreshes with a spent token. */
  doubleRefreshes: number;
  /** Grants that it revoked, for a double refresh or a foreign key. */
  ended: number;
};

export type TokenAnswer = { status: number; body: object };

/** The grants of a strict server: a reused refresh token revokes its grant at once, as at a PDS. */
export class StrictIssuer {
  readonly report: StrictReport = { refreshed: 0, doubleRefreshes: 0, ended: 0 };
  readonly #adopt: (refreshToken: string) => Did | undefined;
  /** Keyed by every refresh token ever issued, and by the newest access token. */
  readonly #byRefreshToken = new Map<string, StrictGrant>();
  readonly #byAccessToken = new Map<string, StrictGrant>();

  /** @param adopt returns the account of an unknown refresh token, whose first refresh binds its key */
  constructor(adopt: (refreshToken: string) => Did | undefined = () => undefined) {
    this.#adopt = adopt;
  }

  /** Starts a grant. */
  give(binding: GrantBinding): TokenAnswer {
    return this.#renew(newGrant(binding, ''));
  }

  /** Spends a refresh token (RFC 6749 section 6). */
  refresh(token: string, by: Omit<GrantBinding, 'did'>): TokenAnswer {
    const grant = this.#byRefreshToken.get(token) ?? this.#begin(token, by);
    if (!grant) return refusal('invalid_grant');
    const isSpent = grant.refreshToken !== token;
    if (isSpent) this.report.doubleRefreshes++;
    if (isSpent) this.end(grant, 'replay');
    else if (grant.jkt !== by.jkt || grant.kid !== by.kid) this.end(grant, 'wrong-key');
    if (grant.end !== undefined) return refusal('invalid_grant');
    this.report.refreshed++;
    return this.#renew(grant);
  }

  /** Revokes the grant of a live token (RFC 7009), without reporting whether there was one. */
  revoke(token: string): TokenAnswer {
    const grant = this.grantOf(token);
    if (grant?.refreshToken === token || grant?.accessToken === token) this.end(grant, 'revocation');
    return { status: 200, body: {} };
  }

  /** Returns whether an access token works with a proof key. */
  accepts(accessToken: string, jkt: string): boolean {
    const grant = this.#byAccessToken.get(accessToken);
    if (grant?.jkt !== jkt || grant.end !== undefined || grant.accessExpiresAt <= Date.now()) return false;
    grant.acceptedAt = Date.now();
    return true;
  }

  /** Returns the grant of a token of any age. */
  grantOf(token: string): StrictGrant | undefined {
    return this.#byRefreshToken.get(token) ?? this.#byAccessToken.get(token);
  }

  list(): StrictGrant[] {
    return [...new Set(this.#byRefreshToken.values())];
  }

  end(grant: StrictGrant, end: GrantEnd): void {
    if (grant.end !== undefined) return;
    grant.end = end;
    if (end === 'replay' || end === 'wrong-key') this.report.ended++;
  }

  #begin(token: string, by: Omit<GrantBinding, 'did'>): StrictGrant | undefined {
    const did = this.#adopt(token);
    if (did === undefined) return undefined;
    const grant = newGrant({ ...by, did }, token);
    this.#byRefreshToken.set(token, grant);
    return grant;
  }

  /** Rotates a grant's tokens. The old access token stops working at once. */
  #renew(grant: StrictGrant): TokenAnswer {
    this.#byAccessToken.delete(grant.accessToken);
    grant.refreshToken = newToken();
    grant.accessToken = newToken();
    grant.accessExpiresAt = Date.now() + accessLifetimeSeconds * 1000;
    this.#byRefreshToken.set(grant.refreshToken, grant);
    this.#byAccessToken.set(grant.accessToken, grant);
    return { status: 200, body: tokenSet(grant) };
  }
}

function newGrant(binding: GrantBinding, refreshToken: string): StrictGrant {
  return { ...binding, refreshToken, accessToken: '', accessExpiresAt: 0, acceptedAt: 0, end: undefined };
}

export function refusal(error: string): TokenAnswer {
  return { status: error === 'invalid_client' ? 401 : 400, body: { error } };
}

function tokenSet({ did, refreshToken, accessToken }: StrictGrant): object {
  return {
    access_token: accessToken,
    refresh_token: refreshToken,
    token_type: 'DPoP',
    expires_in: accessLifetimeSeconds,
    scope: 'atproto transition:generic',
    sub: did,
  };
}

function newToken(): string {
  return randomBytes(24).toString('base64url');
}
