import { z } from 'zod';
import { isLoopbackAddress } from '../../config/values/listen-address.ts';

/** `validate` and `refresh` wait for a PDS; beyond this nothing comes any more. */
const LONGEST_MS = 120_000;

const fetchError = z.object({
  name: z.string(),
  message: z.string(),
  cause: z.object({ code: z.string().optional() }).optional().catch(undefined),
});

const errorBody = z.object({ error: z.string(), message: z.string() });

type Request = {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** A bearer token that takes the place of the operator's. */
  readonly token?: string;
  /** Ends the waiting, after which nobody knows whether the broker did what it was asked for. */
  readonly signal?: AbortSignal;
};

/** A broker that answered, but not what it was asked for; `code` is missing where it was no broker's answer. */
export class BrokerRefusal extends Error {
  override readonly name = 'BrokerRefusal';

  constructor(
    message: string,
    readonly status: number,
    readonly code?: string,
    /** After how many seconds it may be asked again, where it says so. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

/** No answer came; what was asked for may have been done all the same. */
export class BrokerUnreachable extends Error {
  override readonly name = 'BrokerUnreachable';
}

/** The routes of a running broker. What goes wrong is thrown with a message of one line. */
export class BrokerApi {
  private readonly baseUrl: URL;

  /**
   * @param address the broker's public URL, or the loopback address it listens on
   * @param adminToken the operator's; without it routes are called that need none
   */
  constructor(
    address: string,
    private readonly adminToken?: string,
  ) {
    this.baseUrl = parseAddress(address);
  }

  /**
   * @param path without a slash at its beginning
   * @throws BrokerRefusal, BrokerUnreachable
   */
  async call<Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    request: Request = {},
  ): Promise<z.output<Schema>> {
    const { status, ok, headers, text } = await this.send(path, request);
    const body = parseJson(text);
    if (!ok) throw this.refusal(status, body, retryAfterOf(headers));
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw this.noBroker(status);
    return parsed.data;
  }

  private async send(
    path: string,
    { method = 'GET', query = {}, body, token = this.adminToken, signal }: Request,
  ): Promise<Pick<Response, 'status' | 'ok' | 'headers'> & { text: string }> {
    const url = new URL(path, this.baseUrl);
    url.search = new URLSearchParams(query).toString();
    const limits = [AbortSignal.timeout(LONGEST_MS), ...(signal ? [signal] : [])];
    try {
      const answer = await fetch(url, {
        method,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        redirect: 'manual',
        signal: AbortSignal.any(limits),
      });
      const { status, ok, headers } = answer;
      return { status, ok, headers, text: await answer.text() };
    } catch (cause) {
      const message = `The broker at ${this.name} cannot be reached (${reasonOf(cause)}); is it running, and is --broker its address?`;
      throw new BrokerUnreachable(message, { cause });
    }
  }

  private refusal(status: number, body: unknown, retryAfter: number | undefined): BrokerRefusal {
    const { data } = errorBody.safeParse(body);
    if (!data) return this.noBroker(status);
    if (this.adminToken !== undefined && (status === 401 || data.error === 'Forbidden')) {
      const message = `The broker at ${this.name} refuses the token; LATCHKEY_ADMIN_TOKEN must be the one that it runs with.`;
      return new BrokerRefusal(message, status, data.error);
    }
    const later = retryAfter === undefined ? '' : ` Try again in ${retryAfter} s.`;
    return new BrokerRefusal(`${data.error}: ${data.message}${later}`, status, data.error, retryAfter);
  }

  private noBroker(status: number): BrokerRefusal {
    const message = `What answered ${status} at ${this.name} is not a Latchkey broker of this version.`;
    return new BrokerRefusal(message, status);
  }

  private get name(): string {
    return this.baseUrl.href.replace(/\/$/, '');
  }
}

/** RFC 9110 section 10.2.3, as a broker says it: in seconds. */
function retryAfterOf(headers: Headers): number | undefined {
  const text = headers.get('retry-after') ?? '';
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}

/** The admin token goes there, and a key comes from there: over https, or not beyond this machine. */
function parseAddress(address: string): URL {
  const url = URL.parse(address.endsWith('/') ? address : `${address}/`);
  const host = url?.hostname.replace(/^\[|\]$/g, '') ?? '';
  const isLocal = host === 'localhost' || isLoopbackAddress(host);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal)) return url;
  throw new Error(
    `--broker must be an https URL, or an http URL of this machine such as http://127.0.0.1:8787; it is "${address}".`,
  );
}

function parseJson(text: string): unknown {
  if (text === '') return undefined; // 204 has no body.
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not JSON is an answer like any other: it fails the schema.
  }
}

/** `fetch` hides the reason in the cause of its error. */
function reasonOf(error: unknown): string {
  const { data } = fetchError.safeParse(error);
  if (data?.name === 'TimeoutError') return 'no answer';
  return data?.cause?.code ?? data?.message ?? String(error);
}
