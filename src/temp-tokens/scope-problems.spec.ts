import { describe, expect, it } from '@jest/globals';
import type { DeclaredRoute } from '../access/declared-routes.service.ts';
import type { Caller } from '../http/origins/allow.decorator.ts';
import { findScopeProblems } from './scope-problems.ts';
import type { TempTokenScope } from './temp-token-scope.ts';

const declare = (method: string, path: string, ...callers: Caller[]): DeclaredRoute => ({
  handler: 'Fixture.route',
  methods: method === 'GET' ? ['GET', 'HEAD'] : [method],
  path,
  admission: { callers, browserRule: 'changes' },
});
const declared = [
  declare('GET', '/things/:id', 'temp-token'),
  declare('POST', '/things/:id/claim', 'browser', 'temp-token'),
  declare('GET', '/things/:id/parts/:part', 'temp-token'),
  declare('GET', '/secrets/:id', 'operator'),
  declare('GET', '/open/:id', 'anyone'),
];
const sound: TempTokenScope = {
  name: 'read_thing',
  routes: [
    { method: 'GET', path: '/things/:id' },
    { method: 'HEAD', path: '/things/:id' },
    { method: 'POST', path: '/things/:id/claim' },
  ],
  resource: 'id',
  longestSeconds: 60,
  singleUse: false,
};
const onto = (method: string, path: string) => ({ routes: [{ method, path }] });

describe('findScopeProblems', () => {
  it('returns nothing for valid scopes, and for no scopes', () => {
    expect(findScopeProblems([], declared)).toEqual([]);
    expect(findScopeProblems([sound, { ...sound, name: 'another' }], declared)).toEqual([]);
  });

  it.each<[Partial<TempTokenScope>, string]>([
    [{ name: '' }, 'scope "": its name'],
    [{ name: 'Read Thing' }, 'scope "Read Thing": its name'],
    [{ resource: '' }, 'its placeholder ""'],
    [{ resource: 'id)' }, 'its placeholder "id)"'],
    [{ routes: [] }, 'it has no routes'],
    [{ longestSeconds: 0 }, 'its longest lifetime'],
    [{ longestSeconds: -60 }, 'its longest lifetime'],
    [{ longestSeconds: 0.5 }, 'its longest lifetime'],
    [{ longestSeconds: Number.NaN }, 'its longest lifetime'],
    [{ longestSeconds: Infinity }, 'its longest lifetime'],
    [{ resource: 'thing' }, 'GET /things/:id lacks the placeholder :thing'],
    [onto('GET', '/things/all'), 'GET /things/all lacks the placeholder :id'],
    [onto('GET', '/things/x:id'), 'GET /things/x:id lacks the placeholder :id'],
    [onto('GET', '/things/:id/parts/:part'), 'GET /things/:id/parts/:part has another placeholder'],
    [onto('GET', '/nowhere/:id'), 'GET /nowhere/:id has a path that no controller serves'],
    [onto('GET', '/things/:id/'), 'GET /things/:id/ has a path that no controller serves'],
    [onto('GET', 'things/:id'), 'GET things/:id has a path that no controller serves'],
    [onto('GET', '/THINGS/:id'), 'GET /THINGS/:id has a path that no controller serves'],
    [onto('DELETE', '/things/:id'), 'DELETE /things/:id has a method that no controller serves'],
    [onto('get', '/things/:id'), 'get /things/:id has a method that no controller serves'],
    [onto('HEAD', '/things/:id/claim'), 'HEAD /things/:id/claim has a method that no controller serves'],
    [onto('GET', '/secrets/:id'), 'GET /secrets/:id does not admit temp tokens: the @Allow of Fixture.route'],
    [onto('GET', '/open/:id'), 'GET /open/:id does not admit temp tokens'],
  ])('names the problem of %j', (change, problem) => {
    const name = change.name ?? sound.name;
    const problems = findScopeProblems([{ ...sound, ...change }], declared);
    expect(problems.join('\n')).toContain(problem);
    for (const told of problems) expect(told).toContain(`scope "${name}": `);
  });

  it('names a scope that is registered twice', () => {
    expect(findScopeProblems([sound, sound], declared)).toEqual(['scope "read_thing": is registered twice']);
  });
});
