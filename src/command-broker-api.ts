import { z } from 'zod';
import { isLoopbackAddress } from './config/listen-address.ts';

/** `validate` and `refresh` wait for a PDS; beyond this nothing comes any more. */
const TIME_LIMIT_MS = 120_000;

const fetchError = z.object({
  name: z.string(),
  message: z.string(),
  cause: z.object({ code: z.string().optional() }).optional().catch(undefined),
});

const errorBody = z.object({ error: z.string(), message: z.string() });

type Request = {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly query?: Readonly<Record<string, string>>;
};

/** The operator's routes of a running broker. What goes wrong is thrown with a message of one line. */
export class BrokerApi {
  private readonly baseUrl: URL;

  /** @param address the broker's public URL, or the loopback address it listens on */
  constructor(
    address: string,
    private readonly adminToken: string,
  ) {
    this.baseUrl = parseAddress(address);
  }

  /** @param path without a slash at its beginning */
  async call<Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    { method = 'GET', query = {} }: Request = {},
  ): Promise<z.output<Schema>> {
    const url = new URL(path, this.baseUrl);
    url.search = new URLSearchParams(query).toString();
    const answer = await this.send(url, method);
    const body = parseJson(await answer.text());
    if (!answer.ok) throw this.refusal(answer.status, body);
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw this.noBroker(answer.status);
    return parsed.data;
  }

  private async send(url: URL, method: string): Promise<Response> {
    try {
      return await fetch(url, {
        method,
        headers: { authorization: `Bearer ${this.adminToken}` },
        redirect: 'manual',
        signal: AbortSignal.timeout(TIME_LIMIT_MS),
      });
    } catch (cause) {
      const message = `The broker at ${this.name} cannot be reached (${reasonOf(cause)}); is it running, and is --broker its address?`;
      throw new Error(message, { cause });
    }
  }

  private refusal(status: number, body: unknown): Error {
    const { data } = errorBody.safeParse(body);
    if (!data) return this.noBroker(status);
    if (status === 401 || data.error === 'Forbidden') {
      return new Error(
        `The broker at ${this.name} refuses the token; LATCHKEY_ADMIN_TOKEN must be the one that it runs with.`,
      );
    }
    return new Error(`${data.error}: ${data.message}`);
  }

  private noBroker(status: number): Error {
    return new Error(`What answered ${status} at ${this.name} is not a Latchkey broker of this version.`);
  }

  private get name(): string {
    return this.baseUrl.href.replace(/\/$/, '');
  }
}

/** The admin token goes there: over https, or not beyond this machine. */
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
