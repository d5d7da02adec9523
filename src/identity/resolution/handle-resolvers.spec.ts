import { describe, expect, it } from '@jest/globals';
import { publicHandleResolver } from './handle-resolvers.ts';
import { OutboundError } from '../outbound/outbound-error.ts';

const did = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz';
const other = 'did:plc:z72i7hdynmk6r22z27h6tvur';

/** The answers of DNS and of the web page. An Error means that this way fails. */
type World = { txt?: string[] | Error; page?: string | number | Error };

async function resolve({ txt, page }: World): Promise<unknown> {
  const asked: string[] = [];
  const resolver = publicHandleResolver(
    input => {
      asked.push(input instanceof Request ? input.url : String(input));
      if (page instanceof Error) return Promise.reject(page);
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

describe('the public handle resolution', () => {
  it.each<[string, World]>([
    ['DNS alone', { txt: [`did=${did}`] }],
    ['DNS before the web', { txt: ['v=spf1', `did=${did}`], page: other }],
    ['DNS while the web fails', { txt: [`did=${did}`], page: new Error('unreachable') }],
    ['the web alone', { page: `${did}\n` }],
    ['the web while DNS fails', { txt: new Error('SERVFAIL'), page: did }],
    ['the web when DNS contradicts itself', { txt: [`did=${other}`, `did=${did}`], page: did }],
  ])('accepts %s', async (_, world) => {
    await expect(resolve(world)).resolves.toBe(did);
  });

  const noName = new OutboundError('unresolved_name', 'https://alice.example.com', false);

  it.each<[string, World, number, string]>([
    ['neither way knows the handle', {}, 1, 'AccountNotFound'],
    ['the web page is something else', { page: '<!doctype html>' }, 0, 'AccountNotFound'],
    ['there is no such domain', { page: noName }, 1, 'AccountNotFound'],
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
      message:
        'The handle alice.example.com cannot be resolved: neither its DNS record nor its web page names an account.',
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
