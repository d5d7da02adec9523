type Cookie = { name: string; value: string; path: string };

/**
 * A browser's cookies, kept by host and port.
 *
 * `Secure` and `__Host-` cookies are kept and sent over plain http too: all of these hosts are on loopback.
 */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie[]>();

  /** Returns the value of a cookie of this host, with any path. */
  get(host: string, name: string): string | undefined {
    return this.#of(host).find(cookie => cookie.name === name)?.value;
  }

  set(host: string, name: string, value: string, path = '/'): void {
    this.delete(host, name, path);
    this.#cookies.set(host, [...this.#of(host), { name, value, path }]);
  }

  delete(host: string, name: string, path = '/'): void {
    const others = this.#of(host).filter(cookie => cookie.name !== name || cookie.path !== path);
    this.#cookies.set(host, others);
  }

  /** Stores the `Set-Cookie` headers of a response. */
  store(host: string, setCookies: string[]): void {
    for (const header of setCookies) {
      const { name, value, path, ended } = parseSetCookie(header);
      if (ended) this.delete(host, name, path);
      else this.set(host, name, value, path);
    }
  }

  /** Returns the `Cookie` header for a request, or undefined if there is none. */
  header(host: string, pathname: string): string | undefined {
    const sent = this.#of(host).filter(({ path }) => isUnder(pathname, path));
    return sent.length === 0 ? undefined : sent.map(({ name, value }) => `${name}=${value}`).join('; ');
  }

  #of(host: string): Cookie[] {
    return this.#cookies.get(host) ?? [];
  }
}

function parseSetCookie(header: string): Cookie & { ended: boolean } {
  const [, name = '', value = ''] = /^([^=;]*)=([^;]*)/.exec(header) ?? [];
  const maxAge = attribute(header, 'max-age');
  const expires = attribute(header, 'expires');
  const ended = maxAge === undefined ? Date.parse(expires ?? '') < Date.now() : Number(maxAge) <= 0;
  return { name: name.trim(), value, path: attribute(header, 'path') ?? '/', ended };
}

function attribute(header: string, name: string): string | undefined {
  return new RegExp(`;\\s*${name}=([^;]*)`, 'i').exec(header)?.[1];
}

function isUnder(pathname: string, path: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
}
