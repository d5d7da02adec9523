import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isResourceId, isWithinScope, type TempTokenScope } from './temp-token-scope.ts';

const scope: TempTokenScope = {
  name: 'claim_thing',
  routes: [
    { method: 'GET', path: '/things/:id' },
    { method: 'POST', path: '/things/:id/claim' },
  ],
  resource: 'id',
  longestSeconds: 60,
  singleUse: true,
};
const resourceIds = fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/);
const own = (id: string) => ({
  method: 'POST',
  path: `/base/things/${id}/claim`,
  route: '/base/things/:id/claim',
  params: { id },
});

describe('a scope', () => {
  it('contains its routes with the id of the resource', () => {
    const property = fc.property(resourceIds, id => isWithinScope(scope, id, own(id), '/base'));
    fc.assert(property);
  });

  it('contains no request with another method, path, route or resource', () => {
    const wild = fc.record(
      {
        method: fc.constantFrom('GET', 'HEAD', 'PUT', 'DELETE', 'post'),
        path: fc.oneof(
          fc.webPath(),
          fc.string(),
          resourceIds.map(id => own(id).path),
        ),
        route: fc.option(fc.constantFrom('/base/things/:id', '/things/:id/claim', '/base/things/all'), {
          nil: undefined,
        }),
        params: fc.oneof(fc.constant({}), fc.record({ id: fc.string() }), fc.record({ other: resourceIds })),
      },
      { requiredKeys: [] },
    );
    const property = fc.property(resourceIds, wild, (id, change) => {
      const use = { ...own(id), ...change };
      expect(isWithinScope(scope, id, use, '/base')).toBe(isSame(use, own(id)));
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it('accepts only resource ids that need no encoding in a path', () => {
    const property = fc.property(fc.oneof(fc.string(), resourceIds), text => {
      const isPlain = new URL(`/x/${text}/y`, 'http://a').pathname === `/x/${text}/y`;
      return !isResourceId(text) || (isPlain && encodeURIComponent(text) === text);
    });
    fc.assert(property);
    for (const text of ['', '.', '..', 'a/b', 'a\n', 'a%41', 'ä']) expect(isResourceId(text)).toBe(false);
  });
});

function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
