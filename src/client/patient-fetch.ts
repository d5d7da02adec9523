import { BrokerUnreachable } from './broker-errors.ts';
import type { Clock } from './clock.ts';
import { decidePause } from './repeat-rule.ts';
import { isReplayable } from './replayable-body.ts';

export type PatientFetchOptions = {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly maxWaitMs: number;
};

/** Sends requests, and waits and sends them again where the response asks for it and a repetition does no harm. */
export class PatientFetch {
  readonly #fetch: typeof fetch;
  readonly #clock: Clock;
  readonly #maxWaitMs: number;

  constructor({ fetch, clock, maxWaitMs }: PatientFetchOptions) {
    this.#fetch = fetch;
    this.#clock = clock;
    this.#maxWaitMs = maxWaitMs;
  }

  /**
   * Sends a request. Returns the last response, also one that asks to wait for longer than is left.
   *
   * @param isIdempotent whether a second execution does no harm; by default, whether the method only reads
   * @throws BrokerUnreachable; the reason of the request's signal
   */
  async send(url: string, init: RequestInit, isIdempotent = isReading(init.method)): Promise<Response> {
    const deadline = this.#clock.now() + this.#maxWaitMs;
    const { signal } = init;
    for (let tries = 1; ; tries++) {
      const outcome = await this.#try(url, init);
      const response = 'response' in outcome ? outcome.response : undefined;
      const pause =
        isReplayable(init.body) && !signal?.aborted
          ? decidePause({ response, tries, isIdempotent }, Math.random())
          : undefined;
      if (pause === undefined || this.#clock.now() + pause > deadline) {
        if ('response' in outcome) return outcome.response;
        throw signal?.aborted ? outcome.failure : new BrokerUnreachable(url, outcome.failure);
      }
      // Frees the connection.
      void response?.body?.cancel().catch(() => undefined);
      await this.#clock.sleep(pause, signal);
    }
  }

  async #try(
    url: string,
    init: RequestInit,
  ): Promise<{ readonly response: Response } | { readonly failure: unknown }> {
    init.signal?.throwIfAborted();
    try {
      // Called without a receiver, as browsers demand.
      const send = this.#fetch;
      return { response: await send(url, init) };
    } catch (failure) {
      return { failure };
    }
  }
}

function isReading(method = 'GET'): boolean {
  return /^(get|head)$/i.test(method);
}
