/** The requests that a fault matches. */
export type RequestMatch = {
  server: 'pds' | 'plc';
  /** A path. A final `*` matches every continuation. */
  path: string;
  /** Only token requests of this grant type. */
  grantType?: string;
};

/** `before`: the server never gets the request. `after`: it has done its work, and its response is withheld. */
type Moment = 'before' | 'after';

/** The effect on a request or its response. */
export type Effect =
  | { kind: 'reset'; moment: Moment }
  | { kind: 'delay'; moment: Moment; milliseconds: number }
  /** Another response than the server's. */
  | {
      kind: 'answer';
      moment: Moment;
      status: number;
      headers?: Record<string, string | string[]>;
      body?: string;
      /** Sends the body in chunks of this many bytes, without its length. */
      chunkBytes?: number;
    }
  /** The connection ends in the middle of the response's body, or behind it although more is announced. */
  | { kind: 'cut'; isChunked?: boolean; isWhole?: boolean }
  /** The response has other headers than the server's, and its body. */
  | { kind: 'relabel'; headers: Record<string, string> }
  /** The request reaches the server twice. The first response is forwarded. */
  | { kind: 'twice' }
  /** Replaces a text in the response's body. */
  | { kind: 'rewrite'; from: string; to: string };

export type Fault = {
  match: RequestMatch;
  effect: Effect;
  /** The number of requests, by default all. */
  times?: number;
};

export type ObservedRequest = { server: RequestMatch['server']; path: string; grantType: string | undefined };

/** The armed faults. The one that was armed first has precedence. */
export class Faults {
  #armed: { fault: Fault; left: number }[] = [];

  arm(fault: Fault): void {
    this.#armed.push({ fault, left: fault.times ?? Infinity });
  }

  disarm(): void {
    this.#armed = [];
  }

  /** Consumes the fault of a request. */
  take(request: ObservedRequest): Effect | undefined {
    const armed = this.#armed.find(({ fault }) => matches(fault.match, request));
    if (armed === undefined) return undefined;
    armed.left -= 1;
    if (armed.left <= 0) this.#armed.splice(this.#armed.indexOf(armed), 1);
    return armed.fault.effect;
  }
}

function matches(match: RequestMatch, { server, path, grantType }: ObservedRequest): boolean {
  if (match.server !== server) return false;
  if (match.grantType !== undefined && match.grantType !== grantType) return false;
  return match.path.endsWith('*') ? path.startsWith(match.path.slice(0, -1)) : path === match.path;
}
