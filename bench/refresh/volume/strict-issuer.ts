import { parseRefreshToken, refreshTokenOf } from './fake-accounts.ts';

/** What the issuer has seen; all of it but `refreshed` and `tokenRequests` should be 0 or as small as can be. */
export type IssuerReport = {
  refreshed: number;
  /** Refreshes with a token that was spent before. */
  doubleRefreshes: number;
  /** Sessions that it ended, for a double refresh or for another key than their own. */
  ended: number;
  /** Token requests, those for a nonce included. */
  tokenRequests: number;
  /** The most token requests at a time. */
  largestBurst: number;
};

export type TokenAnswer = { status: 200 | 400; body: object };

type FakeSession = { did: string; generation: number; jkt: string; isEnded: boolean };

/** The sessions of a server without mercy: a refresh token that comes twice ends its session, as at a PDS. */
export class StrictIssuer {
  readonly report: IssuerReport = {
    refreshed: 0,
    doubleRefreshes: 0,
    ended: 0,
    tokenRequests: 0,
    largestBurst: 0,
  };
  readonly #sessions = new Map<string, FakeSession>();
  #inFlight = 0;

  enter(): void {
    this.#inFlight++;
    this.report.tokenRequests++;
    this.report.largestBurst = Math.max(this.report.largestBurst, this.#inFlight);
  }

  leave(): void {
    this.#inFlight--;
  }

  /** Spends a refresh token (RFC 6749 section 6) that comes with a proof of the key `jkt`. */
  refresh(form: URLSearchParams, jkt: string): TokenAnswer {
    const token = parseRefreshToken(form.get('refresh_token') ?? '');
    if (form.get('grant_type') !== 'refresh_token' || !token) return refusal('invalid_request');
    const session = this.#sessionOf(token.did, jkt);
    const isSpent = token.generation < session.generation;
    if (isSpent) this.report.doubleRefreshes++;
    if (isSpent || session.jkt !== jkt) this.#end(session);
    if (session.isEnded || token.generation !== session.generation) return refusal('invalid_grant');
    session.generation++;
    this.report.refreshed++;
    return { status: 200, body: tokenSet(session) };
  }

  /** Its first refresh binds a session to its key. */
  #sessionOf(did: string, jkt: string): FakeSession {
    const session = this.#sessions.get(did) ?? { did, generation: 0, jkt, isEnded: false };
    this.#sessions.set(did, session);
    return session;
  }

  #end(session: FakeSession): void {
    if (!session.isEnded) this.report.ended++;
    session.isEnded = true;
  }
}

export function refusal(error: string): TokenAnswer {
  return { status: 400, body: { error } };
}

function tokenSet({ did, generation }: FakeSession): object {
  return {
    access_token: `access.${did}.${generation}`,
    refresh_token: refreshTokenOf(did, generation),
    token_type: 'DPoP',
    expires_in: 3600,
    scope: 'atproto transition:generic',
    sub: did,
  };
}
