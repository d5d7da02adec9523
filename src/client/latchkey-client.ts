import { BrokerApi, type BrokerOptions } from './broker-api.ts';
import { isAboutKey, readErrorResponse } from './error-response.ts';

export type LatchkeyClientOptions = BrokerOptions & {
  /** The API key, `ckapi_…`. */
  readonly key: string;
};

/** The account behind a key. Times are ISO 8601. */
export type Me = {
  readonly did: string;
  /** Verified within the last hour, or null. */
  readonly handle: string | null;
  /** The account's server. */
  readonly pds: string;
  readonly credential: 'api-key' | 'browser';
  /** The granted scope. */
  readonly scope: string;
  /** What was wanted and not granted. */
  readonly scopeShortfall?: readonly string[];
  /** The page at which the owner may grant it. */
  readonly reconsentUrl?: string;
  /** When the key ends, or null for a key without an end. */
  readonly expiresAt: string | null;
  /** When the owner is needed at the latest: the key ends, or its session does. */
  readonly needsOwnerBy?: string;
};

export type ServiceTokenInput = {
  /** The DID of the service, with its `#service` if it has one. */
  readonly aud: string;
  /** The NSID of the method. */
  readonly lxm?: string;
  /** The longest life, in seconds. Default: 60. */
  readonly expiresIn?: number;
  /** The shortest life that is left, in seconds. */
  readonly minValiditySeconds?: number;
  /** Mints a new token, because the service refused the last. */
  readonly fresh?: boolean;
};

/** A JWT that a service accepts as the account. */
export type ServiceToken = {
  readonly token: string;
  /** ISO 8601. */
  readonly expiresAt: string;
  /** Whether it was minted earlier. */
  readonly cached: boolean;
};

type Abortable = { readonly signal?: AbortSignal };

/**
 * Acts for an account with an API key. Waits where the broker or the account's server asks for it (429, 503), and sends
 * again only what was certainly not carried out or may be carried out twice.
 */
export class LatchkeyClient {
  readonly #api: BrokerApi;
  readonly #key: string;

  /** @throws TypeError for a broker's address or a key that cannot be one */
  constructor({ key, ...options }: LatchkeyClientOptions) {
    this.#api = new BrokerApi(options);
    this.#key = key.trim();
    if (!/^ckapi_[0-9a-f]{64}$/.test(this.#key))
      throw new TypeError('The key must be an API key: ckapi_ and 64 hexadecimal digits');
  }

  /**
   * Sends an XRPC call: the handler for `new Agent({ did, fetchHandler })` of `@atproto/api` and for
   * `new Client({ handler })` of `@atcute/client`. Returns every response of the account's server as it is.
   *
   * @param path `/xrpc/<nsid>` with its query
   * @throws NeedsOwner, KeyRefused, BrokerUnreachable; the reason of the request's signal
   */
  readonly fetchHandler = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await this.#api.send(path, init, this.#key);
    if (isAboutKey(response)) throw await readErrorResponse(response, this.#api.address);
    return response;
  };

  /**
   * Returns the account behind the key.
   *
   * @throws BrokerError, BrokerUnreachable
   */
  me({ signal }: Abortable = {}): Promise<Me> {
    return this.#api.call('/api/me', {
      credential: this.#key,
      expect: ['did', 'pds', 'scope'],
      isIdempotent: true,
      signal,
    });
  }

  /**
   * Returns a token with which one service accepts calls of one method as the account's.
   *
   * @throws BrokerError, such as `ScopeMissing`; BrokerUnreachable
   */
  serviceToken(input: ServiceTokenInput, { signal }: Abortable = {}): Promise<ServiceToken> {
    return this.#api.call('/api/service-tokens', {
      method: 'POST',
      credential: this.#key,
      input,
      expect: ['token', 'expiresAt'],
      isIdempotent: true,
      signal,
    });
  }
}
