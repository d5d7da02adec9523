import { exchange } from './http-exchange.ts';

/** The https origins of confidential clients, and the loopback addresses of the brokers behind them. */
export class ClientOrigins {
  readonly #addresses = new Map<string, string>();

  map(httpsOrigin: string, loopbackUrl: string): void {
    this.#addresses.set(new URL(httpsOrigin).origin, loopbackUrl);
  }

  /**
   * Makes this process's `fetch` respond for the mapped origins, like a reverse proxy that terminates TLS.
   *
   * The PDS looks `globalThis.fetch` up at each call when it reads client metadata and a JWKS.
   */
  interceptFetch(): void {
    const fetchElsewhere = globalThis.fetch;
    globalThis.fetch = (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const address = this.#addresses.get(url.origin);
      return address === undefined
        ? fetchElsewhere(input, init)
        : passOn(url, address, new Request(input, init));
    };
  }
}

function passOn({ host, pathname, search }: URL, address: string, asked: Request): Promise<Response> {
  const headers = { ...Object.fromEntries(asked.headers), host };
  return exchange(new URL(pathname + search, address), { headers, signal: asked.signal });
}
