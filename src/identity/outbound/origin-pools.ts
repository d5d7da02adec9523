import { Dispatcher, errors, type Pool } from 'undici';
import { CallPlaces, type CallLimits } from '../network/call-places.ts';
import { siteOf } from '../network/site-of.ts';
import { OutboundError } from './outbound-error.ts';
import { type Handler, PassingHandler } from './passing-handler.ts';

export type OriginLimits = CallLimits & {
  /** Origins whose connections are kept while no call runs. */
  readonly idleOrigins: number;
};

type Origin = { readonly site: string; readonly pool: Pool; running: number };

/**
 * An undici dispatcher with one pool of connections per origin, which limits running calls instead of origins.
 *
 * A call beyond a limit fails with OutboundError `busy` before it is sent. The origin that was unused for longest is closed
 * when another one becomes idle, so idle connections never keep a new origin out.
 */
export class OriginPools extends Dispatcher {
  // `compose` returns a proxy, which cannot reach fields that are private to JavaScript.
  private readonly origins = new Map<string, Origin>();
  /** In the order in which they became idle. */
  private readonly idle = new Set<string>();
  private readonly places: CallPlaces;
  private isClosed = false;

  /** @param open makes the pool of an origin, or throws if the broker may not call it */
  constructor(
    private readonly limits: OriginLimits,
    private readonly open: (origin: URL) => Pool,
  ) {
    super();
    this.places = new CallPlaces(limits);
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const name = String(options.origin);
    try {
      if (this.isClosed) throw new errors.ClientClosedError();
      const origin = this.origins.get(name) ?? this.openOrigin(name);
      if (!this.places.claim(origin.site)) throw new OutboundError('busy', name, false);
      this.noteStart(name, origin);
      const counted = new CountedHandler(handler, () => {
        this.noteEnd(name, origin);
      });
      return origin.pool.dispatch(options, counted);
    } catch (error) {
      (handler as Handler).onResponseError?.(null, error as Error);
      return false;
    }
  }

  override async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all(this.takeAll().map(({ pool }) => pool.close()));
  }

  override async destroy(): Promise<void> {
    this.isClosed = true;
    await Promise.all(this.takeAll().map(({ pool }) => pool.destroy()));
  }

  private openOrigin(name: string): Origin {
    const url = new URL(name);
    const origin = { site: siteOf(url.hostname), pool: this.open(url), running: 0 };
    const forgetIfUnused = (): void => {
      if (origin.running === 0 && origin.pool.stats.connected === 0) this.closeIdle(name, origin);
    };
    origin.pool.on('disconnect', forgetIfUnused).on('connectionError', forgetIfUnused);
    return origin;
  }

  private noteStart(name: string, origin: Origin): void {
    this.origins.set(name, origin);
    this.idle.delete(name);
    origin.running++;
  }

  private noteEnd(name: string, origin: Origin): void {
    this.places.free(origin.site);
    origin.running--;
    if (origin.running > 0 || this.origins.get(name) !== origin) return;
    if (origin.pool.stats.connected === 0) {
      this.closeIdle(name, origin);
      return;
    }
    this.idle.add(name);
    const [oldest] = this.idle;
    const unused = oldest === undefined ? undefined : this.origins.get(oldest);
    if (this.idle.size > this.limits.idleOrigins && unused) this.closeIdle(oldest ?? '', unused);
  }

  private closeIdle(name: string, origin: Origin): void {
    if (this.origins.get(name) === origin) {
      this.origins.delete(name);
      this.idle.delete(name);
    }
    if (!origin.pool.closed && !origin.pool.destroyed) void origin.pool.close();
  }

  private takeAll(): Origin[] {
    const all = [...this.origins.values()];
    this.origins.clear();
    this.idle.clear();
    return all;
  }
}

/** Tells once that its call has ended. */
class CountedHandler extends PassingHandler {
  private ended = false;

  constructor(
    handler: Dispatcher.DispatchHandler,
    private readonly onEnd: () => void,
  ) {
    super(handler);
  }

  override onResponseEnd(...args: Parameters<PassingHandler['onResponseEnd']>): void {
    this.end();
    super.onResponseEnd(...args);
  }

  override onResponseError(...args: Parameters<PassingHandler['onResponseError']>): void {
    this.end();
    super.onResponseError(...args);
  }

  private end(): void {
    if (this.ended) return;
    this.ended = true;
    this.onEnd();
  }
}
