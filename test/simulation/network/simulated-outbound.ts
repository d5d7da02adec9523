import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Dispatcher, errors } from 'undici';
import type { GuardedAgentOptions } from '../../../src/identity/outbound/guarded-agent.ts';
import { GuardedAgents } from '../../../src/identity/outbound/guarded-agents.service.ts';
import type { OutboundPolicy } from '../../../src/identity/outbound/outbound-policy.ts';
import { typedFailures } from '../../../src/identity/outbound/typed-failures.ts';
import type { Actor } from '../time/actor.ts';
import type { Internet } from './internet.ts';
import type { WireReply } from './wire.ts';

/** The dispatchers of one broker: the simulated roads in place of sockets. */
export class SimulatedAgents extends GuardedAgents {
  readonly #internet: Internet;
  readonly #actor: Actor;

  constructor(internet: Internet, actor: Actor) {
    super();
    this.#internet = internet;
    this.#actor = actor;
  }

  override create({ policy }: GuardedAgentOptions): Dispatcher {
    return new SimulatedDispatcher(this.#internet, this.#actor, policy).compose(typedFailures);
  }
}

/** An undici dispatcher without sockets. */
class SimulatedDispatcher extends Dispatcher {
  readonly #internet: Internet;
  readonly #actor: Actor;
  readonly #policy: OutboundPolicy;

  constructor(internet: Internet, actor: Actor, policy: OutboundPolicy) {
    super();
    this.#internet = internet;
    this.#actor = actor;
    this.#policy = policy;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const exchange = new Exchange(handler);
    const url = new URL(options.path, String(options.origin));
    const headers = toHeaders(options.headers);
    const send = (body: string): void => {
      const sentAt = this.#actor.scheduler.now;
      const request = { from: this.#actor, sentAt, method: options.method, url, headers, body };
      this.#internet.send(request, {
        onSent: () => exchange.start(),
        onReply: reply => exchange.finish(reply),
        onFailure: code => {
          exchange.fail(
            code === 'UND_ERR_SOCKET'
              ? new errors.SocketError('other side closed')
              : new errors.ConnectTimeoutError(),
          );
        },
      });
    };
    const { headersTimeout } = this.#policy;
    if (headersTimeout > 0)
      exchange.limit = this.#actor.scheduler.schedule(
        this.#actor,
        headersTimeout,
        'headers time limit',
        () => {
          exchange.fail(new errors.HeadersTimeoutError());
        },
      );
    const { body } = options;
    if (body instanceof Readable)
      void buffer(body).then(bytes => {
        send(bytes.toString('latin1'));
      });
    else
      send(typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : '');
    return true;
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }

  override destroy(): Promise<void> {
    return Promise.resolve();
  }
}

/** One request on its way. It is the controller that undici gives to handlers. */
class Exchange implements Dispatcher.DispatchController {
  aborted = false;
  paused = false;
  reason: Error | null = null;
  rawHeaders: Buffer[] = [];
  rawTrailers: Buffer[] = [];
  limit: { isCancelled: boolean } | undefined;
  readonly #handler: Dispatcher.DispatchHandler;
  #isOver = false;

  constructor(handler: Dispatcher.DispatchHandler) {
    this.#handler = handler;
  }

  start(): boolean {
    if (this.#isOver) return false;
    this.#handler.onRequestStart?.(this, {});
    return !this.aborted;
  }

  /** Returns false if nobody waits for the reply any more. */
  finish({ status, headers, body }: WireReply): boolean {
    if (this.#isOver) return false;
    this.#end();
    const bytes = Buffer.from(body);
    const all = { ...headers, 'content-length': String(bytes.length) };
    this.#handler.onResponseStart?.(this, status, all, '');
    if (bytes.length > 0) this.#handler.onResponseData?.(this, bytes);
    this.#handler.onResponseEnd?.(this, {});
    return true;
  }

  fail(error: Error): void {
    if (this.#isOver) return;
    this.#end();
    this.#handler.onResponseError?.(this, error);
  }

  abort(reason: Error): void {
    this.aborted = true;
    this.reason = reason;
    this.fail(reason);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  #end(): void {
    this.#isOver = true;
    if (this.limit) this.limit.isCancelled = true;
  }
}

function toHeaders(headers: Dispatcher.DispatchOptions['headers']): Record<string, string> {
  if (!headers || typeof headers !== 'object') return {};
  const entries = Array.isArray(headers) || Symbol.iterator in headers ? [] : Object.entries(headers);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value)]));
}
