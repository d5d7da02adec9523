import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';

/** A body of up to so many bytes is answered whole: handing it on as a stream costs more than it does. */
const WHOLE_BODY_BYTES = 64 * 1024;

/** An answer whose headers are there, and whose body is, or is on its way. */
export type Answer = {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer | Readable;
};

/**
 * Sends one request and answers when the headers are there; a short body of a known length comes with them.
 *
 * @param signal ends the exchange at whatever point it is
 * @throws what the dispatcher says of a request that has no answer, or the signal's reason
 */
export function exchange(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal?: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // The length in an answer to HEAD is that of a body which does not come.
    const wholeBytes = options.method === 'HEAD' ? -1 : WHOLE_BODY_BYTES;
    dispatcher.dispatch(options, new AnswerHandler({ resolve, reject }, wholeBytes, signal));
  });
}

/** Lets the rest of an answer pass that nobody wants, so that its connection can be used again. */
export function discard({ body }: Answer): void {
  if (body instanceof Readable) body.on('error', nothing).resume();
}

/** Reads the body of an answer as text, and no further than some bytes beyond `limit`. */
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

  /** Who waits for a connection is let go at once; a request that is on one is cut off. */
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
    if (statusCode < 200) return; // Only news of the answer (RFC 9110 section 15.2).
    this.#head = { statusCode, headers };
    if (Number(headers['content-length']) <= this.#wholeBytes) return;
    this.#stream = new Readable({
      read: () => {
        controller.resume();
      },
      destroy: (error, done) => {
        controller.abort(error ?? new Error('The answer is not wanted any more.'));
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
