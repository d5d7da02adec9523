import { type Actor, actAs } from '../time/actor.ts';
import type { Random } from '../time/random.ts';
import type { WireReply, WireRequest, WireServer } from './wire.ts';

/**
 * What happens to one request. `unreachable`: no connection; `request-lost`: it never arrives; `answer-lost`: it has its
 * effect, and the connection breaks; `late`: it arrives minutes later; `answer-late`: its answer does; `error`: a proxy
 * before the server answers instead, before or after the effect.
 */
export type RoadTrouble =
  | { readonly kind: 'unreachable' | 'request-lost' | 'answer-lost' | 'answer-cut' }
  | { readonly kind: 'late' | 'answer-late'; readonly ms: number }
  | { readonly kind: 'error'; readonly status: number; readonly moment: 'before' | 'after' };

/** The requests that a trouble may meet. */
export type RoadClass = 'refresh' | 'revocation' | 'call' | 'other';

/** How a request ends for its sender. */
export type Delivery = {
  /** The connection stands, and the request is being written. Returns false if the sender does not want it any more. */
  readonly onSent: () => boolean;
  /** Returns false if the sender has closed the connection by its time limit. */
  readonly onReply: (reply: WireReply) => boolean;
  /** The connection failed. */
  readonly onFailure: (code: string) => void;
};

/** The patience, which is the time limit of a refresh. No process need keep a connection for longer, or be waited for. */
const LONGEST_ANSWER_MS = 60 * 60_000;

/** The roads between brokers and servers. A request that was sent arrives, whatever becomes of its sender. */
export class Internet {
  /** Servers that nobody reaches. */
  readonly unreachable = new Set<string>();
  readonly #servers = new Map<string, WireServer>();
  readonly #random: Random;
  #armed: { readonly of: RoadClass; readonly trouble: RoadTrouble }[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  open(origin: string, server: WireServer): void {
    this.#servers.set(origin, server);
  }

  arm(of: RoadClass, trouble: RoadTrouble): void {
    this.#armed.push({ of, trouble });
  }

  disarm(): void {
    this.#armed = [];
    this.unreachable.clear();
  }

  /** Sends a request of a broker. */
  send(request: WireRequest, delivery: Delivery): void {
    const { from, url } = request;
    const { scheduler } = from;
    const server = this.#servers.get(url.origin);
    const trouble = this.#take(classOf(request));
    const isReachable = server && !this.unreachable.has(url.origin) && trouble?.kind !== 'unreachable';
    scheduler.schedule(from, this.#latencyMs(), `connected ${nameOf(request)}`, () => {
      if (!isReachable) {
        delivery.onFailure('UND_ERR_CONNECT');
        return;
      }
      if (!delivery.onSent()) return;
      if (trouble?.kind === 'request-lost') {
        this.#fail(from, delivery);
        return;
      }
      const travelMs = this.#latencyMs() + (trouble?.kind === 'late' ? trouble.ms : 0);
      // The sender of a late request learns that its connection broke.
      if (trouble?.kind === 'late') this.#fail(from, delivery);
      scheduler.schedule(server.actor, travelMs, `arrives ${nameOf(request)} of ${from.name}`, () => {
        this.#arrive(server, request, delivery, trouble);
      });
    });
  }

  #arrive(
    server: WireServer,
    request: WireRequest,
    delivery: Delivery,
    trouble: RoadTrouble | undefined,
  ): void {
    const { from } = request;
    const proxy = (status: number): WireReply => ({ status, body: '<h1>Unavailable</h1>' });
    if (trouble?.kind === 'error' && trouble.moment === 'before') {
      this.#reply(from, delivery, proxy(trouble.status), 0);
      return;
    }
    const reply = actAs(server.actor, () => server.handle(request));
    if (!reply) return;
    switch (trouble?.kind) {
      case 'late':
        reply.onFate?.('lost');
        break;
      case 'answer-lost':
      case 'answer-cut':
        reply.onFate?.('lost');
        this.#fail(from, delivery);
        break;
      case 'error':
        reply.onFate?.('lost');
        this.#reply(from, delivery, proxy(trouble.status), 0);
        break;
      default:
        this.#reply(from, delivery, reply, trouble?.kind === 'answer-late' ? trouble.ms : 0);
    }
  }

  #reply(from: Actor, delivery: Delivery, reply: WireReply, moreMs: number): void {
    const delayMs = this.#latencyMs() + (reply.afterMs ?? 0) + moreMs;
    const leftAt = from.scheduler.now;
    from.scheduler.schedule(from, delayMs, `answer ${reply.status}`, () => {
      const isLate = from.scheduler.now - leftAt > LONGEST_ANSWER_MS;
      const isReceived = delivery.onReply(reply) || !isLate;
      reply.onFate?.(isReceived ? 'received' : 'lost');
    });
  }

  #fail(from: Actor, delivery: Delivery): void {
    from.scheduler.schedule(from, this.#latencyMs(), 'connection lost', () => {
      delivery.onFailure('UND_ERR_SOCKET');
    });
  }

  #take(of: RoadClass): RoadTrouble | undefined {
    const armed = this.#armed.find(candidate => candidate.of === of);
    if (!armed) return undefined;
    this.#armed = this.#armed.filter(other => other !== armed);
    return armed.trouble;
  }

  #latencyMs(): number {
    return 1 + this.#random.fraction() * 40;
  }
}

function classOf({ url, body }: WireRequest): RoadClass {
  if (url.pathname === '/token' && body.includes('grant_type=refresh_token')) return 'refresh';
  if (url.pathname === '/revoke') return 'revocation';
  return url.pathname.startsWith('/xrpc/com.atproto.server.') ? 'call' : 'other';
}

function nameOf({ method, url }: WireRequest): string {
  return `${method} ${url.host}${url.pathname}`;
}
