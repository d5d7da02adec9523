import { describe, expect, it } from '@jest/globals';
import { delegatedHandleResolver, publicHandleResolver } from './handle-resolvers.ts';
import { OutboundError, RedirectError } from '../outbound/outbound-error.ts';

const did = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz';
const other = 'did:plc:z72i7hdynmk6r22z27h6tvur';

/** The answers of DNS and of the web page. An Error means that this way fails. */
type World = { txt?: string[] | Error; page?: string | number | Error | Response };

async function resolve({ txt, page }: World): Promise<unknown> {
  const asked: string[] = [];
  const resolver = publicHandleResolver(
    input => {
      asked.push(input instanceof Request ? input.url : String(input));
      if (page instanceof Error) return Promise.reject(page);
      if (page instanceof Response) return Promise.resolve(page);
      return Promise.resolve(
        typeof page === 'string' ? new Response(page) : new Response(null, { status: page ?? 404 }),
      );
    },
    name => {
      asked.push(name);
      return txt instanceof Error ? Promise.reject(txt) : Promise.resolve(txt ?? null);
    },
  );
  const resolved = await resolver.resolve('alice.example.com');
  expect(asked).toEqual(['_atproto.alice.example.com', 'https://alice.example.com/.well-known/atproto-did']);
  return resolved;
}

const htmlPage = (text: string): Response => new Response(text, { headers: { 'content-type': 'text/html' } });

describe('the public handle resolution', () => {
  it.each<[string, World]>([
    ['DNS alone', { txt: [`did=${did}`] }],
    ['DNS before the web', { txt: ['v=spf1', `did=${did}`], page: other }],
    ['DNS while the web fails', { txt: [`did=${did}`], page: new Error('unreachable') }],
    ['the web alone', { page: `${did}\n` }],
    ['a web page that calls itself HTML', { page: htmlPage(did) }],
    ['the web while DNS fails', { txt: new Error('SERVFAIL'), page: did }],
    ['the web when DNS contradicts itself', { txt: [`did=${other}`, `did=${did}`], page: did }],
  ])('accepts %s', async (_, world) => {
    await expect(resolve(world)).resolves.toBe(did);
  });

  const noName = new OutboundError('unresolved_name', 'https://alice.example.com', false);
  const nameError = (code: string): OutboundError =>
    new OutboundError('unresolved_name', 'https://alice.example.com', false, { code });

  it.each<[string, World, number, string]>([
    ['neither way knows the handle', {}, 1, 'AccountNotFound'],
    ['the web page is text without a DID', { page: 'hello' }, 0, 'AccountNotFound'],
    ['the web page is gone', { page: 410 }, 1, 'AccountNotFound'],
    ['there is no such domain', { page: noName }, 1, 'AccountNotFound'],
    ['the name server says so', { page: nameError('ENOTFOUND') }, 1, 'AccountNotFound'],
    ['the name server fails', { page: nameError('EAI_AGAIN') }, 1, 'AccountUnreachable'],
    ['the web page is something else', { page: '<!doctype html>' }, 1, 'AccountUnreachable'],
    ['the web page says that it is HTML', { page: htmlPage('Just a moment') }, 1, 'AccountUnreachable'],
    ['the page wants proof of a person', { page: 403 }, 1, 'AccountUnreachable'],
    ['the page wants a login', { page: 401 }, 1, 'AccountUnreachable'],
    ['the page is asked for too often', { page: 429 }, 1, 'AccountUnreachable'],
    [
      'the record names no DID that atproto knows',
      { txt: ['did=did:key:zQ3sh'], page: 'did:key:zQ3sh' },
      0,
      'AccountNotFound',
    ],
    ['DNS fails', { txt: new Error('SERVFAIL') }, 2, 'AccountUnreachable'],
    ['the web fails', { page: new Error('unreachable') }, 1, 'AccountUnreachable'],
    ['the web server fails', { page: 503 }, 1, 'AccountUnreachable'],
    [
      'both ways fail',
      { txt: new Error('SERVFAIL'), page: new Error('unreachable') },
      2,
      'AccountUnreachable',
    ],
  ])('fails if %s, with the causes', async (_, world, causes, code) => {
    const failure: unknown = await resolve(world).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code,
      message: expect.stringMatching(
        code === 'AccountNotFound'
          ? /^The handle alice\.example\.com cannot be resolved: neither .* names an account\.$/
          : /^The handle alice\.example\.com cannot be resolved now: .* Try again in a few minutes/,
      ),
    });
    const cause = (failure as Error).cause as AggregateError | undefined;
    expect(cause?.errors.length ?? 0).toBe(causes);
  });

  it('rejects with the reason of an aborted signal', async () => {
    const resolver = publicHandleResolver(
      (_, init) => Promise.reject((init?.signal?.reason ?? new Error('no signal')) as Error),
      () => Promise.resolve(null),
    );
    const controller = new AbortController();
    const resolving = resolver.resolve('alice.example.com', { signal: controller.signal });
    controller.abort();
    await expect(resolving).rejects.toThrow('aborted');
  });
});

describe('redirects of the web page', () => {
  const from = 'https://alice.example.com/.well-known/atproto-did';

  /** Serves redirects by address, and the DID elsewhere. Returns the addresses that were fetched. */
  async function follow(redirects: Record<string, string | null>): Promise<[unknown, string[]]> {
    const fetched: string[] = [];
    const fetch = (input: string | URL | Request): Promise<Response> => {
      const { href, origin } = new URL(input instanceof Request ? input.url : input);
      fetched.push(href);
      const to = redirects[href];
      if (to !== undefined) return Promise.reject(new RedirectError(origin, to));
      if (!href.startsWith('https:'))
        return Promise.reject(new OutboundError('forbidden_protocol', origin, false));
      return Promise.resolve(new Response(did));
    };
    const resolver = publicHandleResolver(fetch, () => Promise.resolve(null));
    const resolved = await resolver.resolve('alice.example.com').catch((error: unknown) => error);
    return [resolved, fetched];
  }

  it('are followed to another host, on the host, and up to three times', async () => {
    const www = 'https://www.alice.example.com/.well-known/atproto-did';
    const elsewhere = 'https://provider.example.com/did?of=alice';
    expect(await follow({ [from]: www })).toEqual([did, [from, www]]);
    const onHost = 'https://alice.example.com/did';
    expect(await follow({ [from]: '/did' })).toEqual([did, [from, onHost]]);
    const three = { [from]: '/did', [onHost]: www, [www]: elsewhere };
    expect(await follow(three)).toEqual([did, [from, onHost, www, elsewhere]]);
  });

  it.each([
    ['a loop', { [from]: from }, 4],
    ['plain http', { [from]: 'http://alice.example.com/did' }, 2],
    ['no address', { [from]: null }, 1],
    ['an address that is none', { [from]: 'https://' }, 1],
    ['another scheme', { [from]: 'data:text/plain,did:plc:x' }, 2],
  ])('end at %s', async (_, redirects, fetches) => {
    const [failure, fetched] = await follow(redirects);
    expect(failure).toMatchObject({ code: 'AccountUnreachable' });
    expect(fetched).toHaveLength(fetches);
  });
});

describe('the resolution by another server', () => {
  it.each([
    [400, { error: 'InvalidRequest', message: 'Unable to resolve handle' }, 'AccountNotFound'],
    [404, { error: 'NotFound' }, 'AccountNotFound'],
    [429, { error: 'RateLimitExceeded' }, 'AccountUnreachable'],
    [503, { error: 'Unavailable' }, 'AccountUnreachable'],
  ])('reads %i %j', async (status, body, code) => {
    const fetch = (): Promise<Response> => Promise.resolve(Response.json(body, { status }));
    const resolver = delegatedHandleResolver(new URL('https://api.example.com'), fetch);
    await expect(resolver.resolve('alice.example.com')).rejects.toMatchObject({ code });
  });
});
