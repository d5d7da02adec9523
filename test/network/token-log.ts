import { createHash } from 'node:crypto';

/** A refresh request that a client sent. */
export type TokenRequest = {
  /** SHA-256 of the refresh token, in hex. */
  digest: string;
  /** What the issuer said each time it received the request, `ok` or an OAuth error code; empty when it never did. */
  issuerSaid: string[];
};

/** Remembers every refresh that was asked for at the token endpoint, in order. */
export class TokenLog {
  readonly #requests: TokenRequest[] = [];

  /** Notes a token request; nothing when it is no refresh. */
  add(form: URLSearchParams): { answered: (status: number, body: string) => void } | undefined {
    if (form.get('grant_type') !== 'refresh_token') return undefined;
    const digest = createHash('sha256')
      .update(form.get('refresh_token') ?? '')
      .digest('hex');
    const issuerSaid: string[] = [];
    this.#requests.push({ digest, issuerSaid });
    return { answered: (status, body) => issuerSaid.push(status === 200 ? 'ok' : errorCode(status, body)) };
  }

  list(): TokenRequest[] {
    return this.#requests;
  }
}

function errorCode(status: number, body: string): string {
  try {
    return (JSON.parse(body) as { error?: string }).error ?? `status ${status}`;
  } catch {
    return `status ${status}`; // Not every answer is JSON.
  }
}
