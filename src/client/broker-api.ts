import { BrokerError } from './broker-errors.ts';
import { readErrorResponse, readJsonObject } from './error-response.ts';
import { PatientFetch, type PatientFetchOptions } from './patient-fetch.ts';
import { realClock } from './clock.ts';
import { readBrokerAddress } from './broker-address.ts';

/** How to reach a broker. */
export type BrokerOptions = {
  /** The broker's public URL, such as `https://latchkey.example.org`. */
  readonly broker: string | URL;
  /** Takes the place of the runtime's `fetch`. */
  readonly fetch?: PatientFetchOptions['fetch'] | undefined;
  /** How long one call may wait in all before it is sent again, in milliseconds. 0 turns waiting off. Default: one minute. */
  readonly maxWaitMs?: number | undefined;
  /** Takes the place of the machine's clock, for tests. */
  readonly clock?: PatientFetchOptions['clock'] | undefined;
};

export type ApiCall = {
  readonly method?: 'GET' | 'POST';
  /** A key or a temp token. */
  readonly credential?: string;
  /** Sent as JSON. */
  readonly input?: object;
  /** Fields of the answer that must be strings. */
  readonly expect: readonly string[];
  /** Whether a second execution does no harm. */
  readonly isIdempotent: boolean;
  readonly signal?: AbortSignal | undefined;
};

const DEFAULT_MAX_WAIT_MS = 60_000;

/** Calls routes of a broker. */
export class BrokerApi {
  /** The broker's address, without a slash at its end. */
  readonly address: string;
  readonly #fetch: PatientFetch;

  constructor({
    broker,
    fetch = globalThis.fetch,
    maxWaitMs = DEFAULT_MAX_WAIT_MS,
    clock = realClock,
  }: BrokerOptions) {
    this.address = readBrokerAddress(broker);
    this.#fetch = new PatientFetch({ fetch, clock, maxWaitMs });
  }

  /**
   * Sends a request with a credential.
   *
   * @param path begins with a slash
   * @throws TypeError for every other path, so that the credential reaches no other server
   */
  send(path: string, init: RequestInit, credential?: string, isIdempotent?: boolean): Promise<Response> {
    if (!path.startsWith('/'))
      throw new TypeError(`The path must begin with "/", but is ${JSON.stringify(path)}`);
    const headers = new Headers(init.headers);
    if (credential !== undefined) headers.set('authorization', `Bearer ${credential}`);
    // The broker never redirects a program, and a POST that follows a redirect may become a GET.
    return this.#fetch.send(this.address + path, { ...init, headers, redirect: 'manual' }, isIdempotent);
  }

  /**
   * Calls a route and returns its answer.
   *
   * @throws BrokerError, BrokerUnreachable
   */
  async call<Answer>(
    path: string,
    { method = 'GET', credential, input, signal, ...call }: ApiCall,
  ): Promise<Answer> {
    const init: RequestInit = {
      method,
      ...(input && { body: JSON.stringify(input), headers: { 'content-type': 'application/json' } }),
      ...(signal && { signal }),
    };
    const response = await this.send(path, init, credential, call.isIdempotent);
    if (!response.ok) throw await readErrorResponse(response, this.address);
    const answer = await readJsonObject(response);
    if (call.expect.every(name => typeof answer[name] === 'string')) return answer as Answer;
    const message = `The answer to ${path} is not a broker's. Is ${this.address} the address of a Latchkey?`;
    throw new BrokerError({ code: 'UnexpectedResponse', message, status: response.status });
  }
}
