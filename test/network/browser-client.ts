import type { Account } from './network-control.ts';
import { authorizeAtPds, type ConsentOptions } from './pds-pages.ts';
import { type FetchSite, redirectTarget, unexpected, UserAgent } from './user-agent.ts';

export type Deployment = {
  /** The loopback URL of the broker process. */
  broker: string;
  /** The broker's public URL if it differs. Cookies and origin belong to it. */
  publicUrl?: string;
};

export type ScriptRequest = {
  /** An undefined value leaves out a header that would be sent otherwise. */
  headers?: Record<string, string | undefined>;
  body?: string | Uint8Array;
  /** Aborts the request, like a browser that leaves a page. */
  signal?: AbortSignal;
};

/** A person's browser without Chromium: it opens pages, calls what their scripts call, and logs in. */
export class BrowserClient {
  readonly broker: URL;
  readonly publicUrl: URL;
  readonly agent: UserAgent;

  constructor({ broker, publicUrl = broker }: Deployment, agent = new UserAgent()) {
    this.broker = new URL(broker);
    this.publicUrl = new URL(publicUrl);
    this.agent = agent;
  }

  /** Returns this browser with its cookies, connected to another process of the deployment. */
  through(broker: string): BrowserClient {
    return new BrowserClient({ broker, publicUrl: this.publicUrl.href }, this.agent);
  }

  /** Returns the value of one of the broker's cookies. */
  cookie(name: string): string | undefined {
    return this.agent.cookies.get(this.publicUrl.host, name);
  }

  /** Opens a page. */
  open(path: string, site: FetchSite = 'none'): Promise<Response> {
    return this.agent.navigate(new URL(path, this.broker), site, { cookieHost: this.publicUrl.host });
  }

  /** Sends a page's form. */
  submit(path: string, fields: Record<string, string>): Promise<Response> {
    return this.agent.navigate(new URL(path, this.broker), 'same-origin', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...this.#provenance('POST') },
      body: new URLSearchParams(fields).toString(),
      cookieHost: this.publicUrl.host,
    });
  }

  /** Sends a request like a page's script. */
  request(method: string, path: string, { headers, ...rest }: ScriptRequest = {}): Promise<Response> {
    return this.agent.request(new URL(path, this.broker), {
      method,
      ...rest,
      headers: {
        'sec-fetch-mode': 'cors',
        'sec-fetch-dest': 'empty',
        ...this.#provenance(method),
        ...headers,
      },
      cookieHost: this.publicUrl.host,
    });
  }

  get(path: string, headers: ScriptRequest['headers'] = {}): Promise<Response> {
    return this.request('GET', path, { headers });
  }

  /** Posts JSON like a page's script. */
  post(path: string, input: unknown, headers: ScriptRequest['headers'] = {}): Promise<Response> {
    const body = JSON.stringify(input);
    return this.request('POST', path, { body, headers: { 'content-type': 'application/json', ...headers } });
  }

  /** Starts a login. Returns the URL of the PDS's authorization page. Throws if the broker refuses. */
  async beginLogin(identifier: string, returnTo?: string): Promise<URL> {
    const query = new URLSearchParams({ identifier, ...(returnTo && { return_to: returnTo }) });
    const path = `/oauth/login?${query.toString()}`;
    const answer = await this.open(path);
    const target = await redirectTarget(answer, new URL(path, this.broker));
    if (target.origin === this.broker.origin) throw await unexpected(answer, path);
    return target;
  }

  /** Signs in and decides at the PDS. Returns the callback URL without opening it. */
  authorize(authorizeUrl: URL, account: Account, options?: ConsentOptions): Promise<URL> {
    return authorizeAtPds(this.agent, authorizeUrl, account, options);
  }

  /** Opens the callback at this broker process, whatever the callback's origin. */
  openCallback(callback: URL): Promise<Response> {
    return this.open(callback.pathname + callback.search, 'cross-site');
  }

  /** Logs in. Returns the callback's redirect. Throws if there is no session. */
  async login(identifier: string, account: Account, options?: ConsentOptions): Promise<Response> {
    const callback = await this.authorize(await this.beginLogin(identifier), account, options);
    const answer = await this.openCallback(callback);
    if (!answer.headers.getSetCookie().some(isSession)) throw await unexpected(answer, callback.pathname);
    return answer;
  }

  /** The headers that mark a request as the broker's own page's. */
  #provenance(method: string): Record<string, string | undefined> {
    // The page's origin would be the loopback address here, which is not the origin that the broker knows.
    if (this.broker.origin !== this.publicUrl.origin)
      return { 'sec-fetch-site': undefined, 'x-latchkey-csrf': '1' };
    const origin = method === 'GET' || method === 'HEAD' ? undefined : this.publicUrl.origin;
    return { 'sec-fetch-site': 'same-origin', origin };
  }
}

function isSession(setCookie: string): boolean {
  return /^(__Host-|__Secure-)?latchkey=[^;]/.test(setCookie);
}
