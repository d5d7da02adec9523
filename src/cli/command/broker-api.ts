import { z } from 'zod';
import { isLoopbackAddress } from '../../config/values/listen-address.ts';
import { type OptionNames, withOptionNames } from './option-names.ts';

/** Longer than the broker takes for `validate` and `refresh`, which wait for a PDS. */
const TIMEOUT_MS = 120_000;

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
  /** What the fields of `body` are called on the command line. Parameters of `query` are options of the same name. */
  readonly names?: OptionNames;
  /** A bearer token to send instead of the operator's. */
  readonly token?: string;
  /** Stops waiting. The broker may have done what was requested all the same. */
  readonly signal?: AbortSignal;
};

/** An error response. `code` is missing if the response is not a broker's. */
export class BrokerRefusal extends Error {
  override readonly name = 'BrokerRefusal';

  constructor(
    message: string,
    readonly status: number,
    readonly code?: string,
    /** The response's `Retry-After`, in seconds. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

/** No response arrived. The broker may have done what was requested all the same. */
export class BrokerUnreachable extends Error {
  override readonly name = 'BrokerUnreachable';
}

/** Calls the routes of a running broker. Throws errors with messages of one line. */
export class BrokerApi {
  private readonly baseUrl: URL;

  /**
   * @param address the broker's public URL, or the loopback address it listens on
   * @param adminToken undefined for routes that need none
   */
  constructor(
    address: string,
    private readonly adminToken?: string,
  ) {
    this.baseUrl = parseAddress(address);
  }

  /**
   * @param path without a leading slash
   * @throws BrokerRefusal, BrokerUnreachable
   */
  async call<Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    request: Request = {},
  ): Promise<z.output<Schema>> {
    const { status, ok, headers, text } = await this.send(path, request);
    const body = parseJson(text);
    if (!ok) throw this.refusal(status, body, { retryAfter: retryAfterOf(headers), names: namesOf(request) });
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
    const limits = [AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])];
    try {
      const response = await fetch(url, {
        method,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        redirect: 'manual',
        signal: AbortSignal.any(limits),
      });
      const { status, ok, headers } = response;
      return { status, ok, headers, text: await response.text() };
    } catch (cause) {
      const message = `The broker at ${this.name} can't be reached (${reasonOf(cause)}). Check that it runs and that --broker is its address.`;
      throw new BrokerUnreachable(message, { cause });
    }
  }

  private refusal(
    status: number,
    body: unknown,
    { retryAfter, names }: { readonly retryAfter: number | undefined; readonly names: OptionNames },
  ): BrokerRefusal {
    const { data } = errorBody.safeParse(body);
    if (!data) return this.noBroker(status);
    if (this.adminToken !== undefined && (status === 401 || data.error === 'Forbidden')) {
      const message = `The broker at ${this.name} refused the token. Set LATCHKEY_ADMIN_TOKEN to the value that it runs with.`;
      return new BrokerRefusal(message, status, data.error);
    }
    if (status === 404 && data.message === 'There is nothing here.') return this.noRoute(status);
    const later = retryAfter === undefined ? '' : ` Try again in ${retryAfter} s.`;
    const told = withOptionNames(data.message, names);
    return new BrokerRefusal(`${data.error}: ${told}${later}`, status, data.error, retryAfter);
  }

  private noRoute(status: number): BrokerRefusal {
    const message = `The broker at ${this.name} has no such route. If it has a base path, set LATCHKEY_BASE_PATH or give --broker with it.`;
    return new BrokerRefusal(message, status, 'NotFound');
  }

  private noBroker(status: number): BrokerRefusal {
    const message = `The server at ${this.name} (status ${status}) is not a Latchkey broker of this version. Check --broker.`;
    return new BrokerRefusal(message, status);
  }

  private get name(): string {
    return this.baseUrl.href.replace(/\/$/, '');
  }
}

/** `dryRun` is `--dry-run`. */
function optionOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, '-$&').toLowerCase()}`;
}

function namesOf({ query = {}, names = {} }: Request): OptionNames {
  const options = Object.keys(query).map((name): [string, string] => [name, optionOf(name)]);
  return { ...Object.fromEntries<string>(options), ...names };
}

/** Reads `Retry-After` in seconds, the form that a broker sends (RFC 9110, section 10.2.3). */
function retryAfterOf(headers: Headers): number | undefined {
  const text = headers.get('retry-after') ?? '';
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}

/** Accepts https, and http on this machine: the admin token and keys travel over this connection. */
function parseAddress(address: string): URL {
  const url = URL.parse(address.endsWith('/') ? address : `${address}/`);
  const host = url?.hostname.replace(/^\[|\]$/g, '') ?? '';
  const isLocal = host === 'localhost' || isLoopbackAddress(host);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal)) return url;
  throw new Error(
    `--broker must be an https URL, or an http URL of this machine such as http://127.0.0.1:8787. It is "${address}".`,
  );
}

function parseJson(text: string): unknown {
  if (text === '') return undefined; // 204 has no body.
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The schema refuses a body that is not JSON.
  }
}

/** Returns the reason of a failed `fetch`, which is in the error's cause. */
function reasonOf(error: unknown): string {
  const { data } = fetchError.safeParse(error);
  if (data?.name === 'TimeoutError') return 'no response in time';
  return data?.cause?.code ?? data?.message ?? String(error);
}
