import { createHash, randomBytes } from 'node:crypto';
import type { TokenAnswer } from './strict-issuer.ts';

type Pushed = { state: string; challenge: string; code: string; loginHint: string };

/** The authorization requests of an issuer whose users always consent (RFC 9126, RFC 7636). */
export class PushedRequests {
  readonly #issuer: string;
  readonly #byUri = new Map<string, Pushed>();
  readonly #byCode = new Map<string, Pushed>();

  constructor(issuer: string) {
    this.#issuer = issuer;
  }

  push(form: URLSearchParams): TokenAnswer {
    const pushed = {
      state: form.get('state') ?? '',
      challenge: form.get('code_challenge') ?? '',
      code: newName(),
      loginHint: form.get('login_hint') ?? '',
    };
    const uri = `urn:ietf:params:oauth:request_uri:${newName()}`;
    this.#byUri.set(uri, pushed);
    return { status: 201, body: { request_uri: uri, expires_in: 300 } };
  }

  /** Consents to a request. Returns the callback's parameters. */
  authorize(requestUri: string): URLSearchParams {
    const pushed = this.#byUri.get(requestUri);
    if (!pushed) throw new Error(`nothing was pushed as ${requestUri}`);
    this.#byUri.delete(requestUri);
    this.#byCode.set(pushed.code, pushed);
    return new URLSearchParams({ iss: this.#issuer, state: pushed.state, code: pushed.code });
  }

  /** Redeems a code, once. Returns the account of the login. */
  redeem(form: URLSearchParams): Pick<Pushed, 'loginHint'> | undefined {
    const code = form.get('code') ?? '';
    const pushed = this.#byCode.get(code);
    this.#byCode.delete(code);
    const verifier = form.get('code_verifier') ?? '';
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    return pushed?.challenge === challenge ? pushed : undefined;
  }
}

function newName(): string {
  return randomBytes(16).toString('base64url');
}
