import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';

/** A body up to this size is delivered whole: a stream costs more than it saves. */
const WHOLE_BODY_BYTES = 64 * 1024;

/** A response whose headers have arrived. The body is complete (`Buffer`) or still arriving (`Readable`). */
export type Answer = {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer | Readable;
};

/**
 * Sends one request. Resolves once the headers have arrived, and for a short body of known length once that has too.
 *
 * @param signal aborts the exchange at any point
 * @throws the dispatcher's error for a request without a response, or the signal's reason
 */
export function exchange(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal?: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // A response to HEAD has the content-length of a body that never arrives.
    const wholeBytes = options.method === 'HEAD' ? -1 : WHOLE_BODY_BYTES;
    dispatcher.dispatch(options, new AnswerHandler({ resolve, reject }, wholeBytes, signal));
  });
}

/** Reads and drops the rest of a response, so that its connection can be reused. */
export function discard({ body }: Answer): void {
  if (body instanceof Readable) body.on('error', nothing).resume();
}

/** Reads the body of a response as text. Stops at the first chunk that exceeds `limit` bytes. */
export async function readText({ body }: Answer, limit: number): Promise<string> {
  if (Buffer.isBuffer(body)) return body.toString('utf8');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > limit) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

type Outcome = { readonly resolve: (answer: Answer) => void; readonly reject: (error: unknown) => void };

class AnswerHandler implements Dispatcher.DispatchHandler {
  #head: Omit<Answer, 'body'> | undefined;
  #stream: Readable | undefined;
  #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  readonly #outcome: Outcome;
  readonly #wholeBytes: number;
  readonly #signal: AbortSignal | undefined;

  constructor(outcome: Outcome, wholeBytes: number, signal: AbortSignal | undefined) {
    this.#outcome = outcome;
    this.#wholeBytes = wholeBytes;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#abort);
    if (signal?.aborted) this.#abort();
  }

  /** Rejects at once while the request waits for a connection. Closes the connection once it has one. */
  readonly #abort = (): void => {
    const reason = this.#signal?.reason as Error;
    this.#outcome.reject(reason);
    this.#controller?.abort(reason);
  };

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#signal?.aborted) this.#abort();
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (statusCode < 200) return; // An interim response (RFC 9110 section 15.2).
    this.#head = { statusCode, headers };
    if (Number(headers['content-length']) <= this.#wholeBytes) return;
    this.#stream = new Readable({
      read: () => {
        controller.resume();
      },
      destroy: (error, done) => {
        controller.abort(error ?? new Error('The reader of the response closed it.'));
        done(error);
      },
    });
    this.#outcome.resolve({ ...this.#head, body: this.#stream });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#stream) this.#chunks.push(chunk);
    else if (!this.#stream.push(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#signal?.removeEventListener('abort', this.#abort);
    if (this.#stream) this.#stream.push(null);
    else if (this.#head) this.#outcome.resolve({ ...this.#head, body: joined(this.#chunks) });
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#signal?.removeEventListener('abort', this.#abort);
    if (this.#stream) this.#stream.destroy(error);
    else this.#outcome.reject(error);
  }
}

function joined(chunks: readonly Buffer[]): Buffer {
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

function nothing(): void {
  return;
}
