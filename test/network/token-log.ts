import { createHash } from 'node:crypto';

/** A refresh request that a client sent. */
export type TokenRequest = {
  /** SHA-256 of the refresh token, in hex. */
  digest: string;
  /** The issuer's outcomes, `ok` or an OAuth error code, one per receipt of the request. */
  issuerSaid: string[];
  /** The access tokens that the issuer issued for it, received or not. */
  issued: string[];
  /** True if the issuer's response was forwarded completely. */
  delivered: boolean;
};

/** Requests with one refresh token, or those after the first `after`. */
export type SomeTokenRequests = { digest?: string; after?: number };

/** Reports the outcome of a request. */
export type NotedRequest = { answered: (status: number, body: string) => void; delivered: () => void };

/** Records every refresh request at the token endpoint, in order. */
export class TokenLog {
  readonly #requests: TokenRequest[] = [];

  /** Records a token request. Returns undefined if it is no refresh. */
  add(form: URLSearchParams): NotedRequest | undefined {
    if (form.get('grant_type') !== 'refresh_token') return undefined;
    const digest = createHash('sha256')
      .update(form.get('refresh_token') ?? '')
      .digest('hex');
    const request: TokenRequest = { digest, issuerSaid: [], issued: [], delivered: false };
    this.#requests.push(request);
    return {
      delivered: () => {
        request.delivered = true;
      },
      answered: (status, body) => {
        const { access_token, error } = parse(body);
        request.issuerSaid.push(status === 200 ? 'ok' : (error ?? `status ${status}`));
        if (access_token !== undefined) request.issued.push(access_token);
      },
    };
  }

  list({ digest, after = 0 }: SomeTokenRequests = {}): TokenRequest[] {
    return this.#requests.slice(after).filter(request => (digest ?? request.digest) === request.digest);
  }
}

function parse(body: string): { access_token?: string; error?: string } {
  try {
    return JSON.parse(body) as { access_token?: string; error?: string };
  } catch {
    return {}; // Not every response is JSON.
  }
}
