import { describe, expect, it } from '@jest/globals';
import { ScopePermissionsTransition } from '@atproto/oauth-scopes';
import fc from 'fast-check';
import { permissionsOf } from './granted-permissions.ts';

const methods = ['chat.bsky.convo.getLog', 'a.b.c', 'a.b.d', '*'];
const audiences = ['did:web:a.example#svc', 'did:web:b.example#svc', 'did:web:a.example'];

describe('the permissions of a granted scope', () => {
  it('allow the calls that a PDS allows', () => {
    const rpc = fc
      .tuple(fc.subarray(methods, { minLength: 1 }), fc.constantFrom('*', ...audiences))
      .map(
        ([names, aud]) => `rpc?${names.map(name => `lxm=${name}`).join('&')}&aud=${encodeURIComponent(aud)}`,
      );
    const others = fc.constantFrom(
      'atproto',
      'transition:generic',
      'transition:chat.bsky',
      'repo:*',
      'repo:%zz',
    );
    const calls = fc.record({ lxm: fc.constantFrom(...methods), aud: fc.constantFrom(...audiences) });
    const property = fc.property(fc.array(fc.oneof(rpc, others)), calls, (parts, call) => {
      const readable = parts.filter(part => part !== 'repo:%zz');
      const atPds = new ScopePermissionsTransition(readable).allowsRpc(call);
      expect(permissionsOf(parts.join(' ')).mayCall(call)).toBe(atPds);
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it('compare method names without case, as the router of a PDS does', () => {
    const call = { lxm: 'APP.bsky.feed.gettimeline', aud: 'did:web:a.example#svc' };
    expect(permissionsOf('rpc:app.bsky.feed.getTimeline?aud=*').mayCall(call)).toBe(true);
  });

  it.each([
    ['atproto rpc:a.b.c?aud=* blob:*/*', true],
    ['', false],
    ['atproto include:a.b.c', false],
    ['atproto newkind:thing', false],
    ['atproto repo:%zz', false],
    ['atproto  repo:a.b.c', false],
  ])('of %j are fully known: %s', (scope, isUnderstood) => {
    expect(permissionsOf(scope).isUnderstood).toBe(isUnderstood);
  });

  it('are cached while in use, for a limited number of scopes', () => {
    const [first, last] = [permissionsOf('atproto repo:a.b.c0'), 'atproto repo:a.b.c20000'];
    expect(permissionsOf('atproto repo:a.b.c0')).toBe(first);
    for (let number = 1; number <= 20_000; number++) permissionsOf(`atproto repo:a.b.c${number}`);
    expect(permissionsOf('atproto repo:a.b.c0')).not.toBe(first);
    expect(permissionsOf(last)).toBe(permissionsOf(last));
  });
});
