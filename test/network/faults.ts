/** Which requests a fault is for. */
export type RequestMatch = {
  server: 'pds' | 'plc';
  /** A path; one that ends with `*` stands for all that begin so. */
  path: string;
  /** For token requests: of this grant type alone. */
  grantType?: string;
};

/** `before`: the server never sees the request. `after`: it has done its work, and its answer is held back. */
type Moment = 'before' | 'after';

/** What happens to a request, or to its answer, on the way. */
export type Effect =
  | { kind: 'reset'; moment: Moment }
  | { kind: 'delay'; moment: Moment; milliseconds: number }
  /** Another answer than the server's. */
  | { kind: 'answer'; moment: Moment; status: number; headers?: Record<string, string>; body?: string }
  /** The answer ends in the middle of its body. */
  | { kind: 'cut' }
  /** The same request reaches the server twice; its first answer is passed on. */
  | { kind: 'twice' }
  /** One text stands for another in the answer's body. */
  | { kind: 'rewrite'; from: string; to: string };

export type Fault = {
  match: RequestMatch;
  effect: Effect;
  /** For how many requests; for all when it is missing. */
  times?: number;
};

export type ObservedRequest = { server: RequestMatch['server']; path: string; grantType: string | undefined };

/** The faults that wait for their requests; of several for one request the one armed first comes first. */
export class Faults {
  #armed: { fault: Fault; left: number }[] = [];

  arm(fault: Fault): void {
    this.#armed.push({ fault, left: fault.times ?? Infinity });
  }

  disarm(): void {
    this.#armed = [];
  }

  /** Takes what is to happen to a request. */
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
