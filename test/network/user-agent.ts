import { CookieJar } from './cookie-jar.ts';
import { exchange } from './http-exchange.ts';

const name =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';

/** The origin of a request, as `Sec-Fetch-Site` says it. */
export type FetchSite = 'none' | 'same-origin' | 'cross-site';

export type AgentRequest = {
  method?: string;
  /** An undefined value leaves out a header that would be sent otherwise. */
  headers?: Record<string, string | undefined>;
  body?: string | Uint8Array;
  /** Aborts the request, like a browser that leaves a page. */
  signal?: AbortSignal;
  /** The host of the cookies, by default the URL's. */
  cookieHost?: string;
};

/** A browser's network side: one name, one cookie jar, redirects left to the caller. */
export class UserAgent {
  readonly cookies = new CookieJar();

  async request(url: URL, { headers, cookieHost = url.host, ...rest }: AgentRequest = {}): Promise<Response> {
    const answer = await exchange(url, {
      ...rest,
      headers: defined({
        'user-agent': name,
        'accept-language': 'en-US,en;q=0.9',
        cookie: this.cookies.header(cookieHost, url.pathname),
        ...headers,
      }),
    });
    this.cookies.store(cookieHost, answer.headers.getSetCookie());
    return answer;
  }

  /** Opens a page: a top-level navigation. */
  navigate(url: URL, site: FetchSite, request: AgentRequest = {}): Promise<Response> {
    return this.request(url, { ...request, headers: { ...navigationHeaders(site), ...request.headers } });
  }
}

function navigationHeaders(site: FetchSite): Record<string, string> {
  return {
    accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'upgrade-insecure-requests': '1',
    'sec-fetch-site': site,
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    'sec-fetch-user': '?1',
  };
}

function defined(headers: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Returns the target of a redirect. Throws if it is none. */
export async function redirectTarget(answer: Response, asked: URL): Promise<URL> {
  const location = answer.headers.get('location');
  if (answer.status !== 303 || location === null) throw await unexpected(answer, asked.pathname);
  return new URL(location, asked);
}

/** Returns an error with the request and the unexpected response. */
export async function unexpected(answer: Response, asked: string): Promise<Error> {
  const content = answer.headers.get('location') ?? (await answer.text()).slice(0, 500);
  return new Error(`${asked} answered ${answer.status}: ${content}`);
}
