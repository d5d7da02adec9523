import { createHash } from 'node:crypto';

/** A refresh request that a client sent. */
export type TokenRequest = {
  /** SHA-256 of the refresh token, in hex. */
  digest: string;
  /** What the issuer said each time it received the request, `ok` or an OAuth error code; empty when it never did. */
  issuerSaid: string[];
  /** The access tokens that the issuer gave for it, whether the client received them or not. */
  issued: string[];
  /** Whether the issuer's answer was passed on whole. */
  delivered: boolean;
};

/** Told what becomes of a request. */
export type NotedRequest = { answered: (status: number, body: string) => void; delivered: () => void };

/** Remembers every refresh that was asked for at the token endpoint, in order. */
export class TokenLog {
  readonly #requests: TokenRequest[] = [];

  /** Notes a token request; nothing when it is no refresh. */
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

  list(): TokenRequest[] {
    return this.#requests;
  }
}

function parse(body: string): { access_token?: string; error?: string } {
  try {
    return JSON.parse(body) as { access_token?: string; error?: string };
  } catch {
    return {}; // Not every answer is JSON.
  }
}
