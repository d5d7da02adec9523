import type { DeclaredRoute } from '../access/declared-routes.service.ts';
import type { TempTokenRoute, TempTokenScope } from './temp-token-scope.ts';

/** Returns every problem of the scopes, with the scope's name and the route. Empty if there is none. */
export function findScopeProblems(
  scopes: readonly TempTokenScope[],
  declared: readonly DeclaredRoute[],
): string[] {
  return scopes.flatMap((scope, index) => {
    const isTaken = scopes.slice(0, index).some(({ name }) => name === scope.name);
    const ofRoutes = scope.routes.flatMap(route =>
      findRouteProblems(route, scope.resource, declared).map(
        problem => `${route.method} ${route.path} ${problem}`,
      ),
    );
    const problems = [...(isTaken ? ['is registered twice'] : []), ...findOwnProblems(scope), ...ofRoutes];
    return problems.map(problem => `scope "${scope.name}": ${problem}`);
  });
}

function findOwnProblems({ name, routes, resource, longestSeconds }: TempTokenScope): string[] {
  const problems: string[] = [];
  if (!/^[a-z][a-z0-9_-]{0,62}$/.test(name))
    problems.push(
      'its name must consist of lower-case letters, digits, _ and -, and begin with a letter, as in key-request',
    );
  if (!/^[A-Za-z]\w*$/.test(resource))
    problems.push(`its placeholder "${resource}" must be a plain name, such as id`);
  if (routes.length === 0) problems.push('it has no routes');
  if (!Number.isSafeInteger(longestSeconds) || longestSeconds <= 0)
    problems.push('its longest lifetime must be a whole number of seconds above zero');
  return problems;
}

function findRouteProblems(
  { method, path }: TempTokenRoute,
  resource: string,
  declared: readonly DeclaredRoute[],
): string[] {
  const placeholders = path.split('/').filter(segment => segment.startsWith(':'));
  if (!placeholders.includes(`:${resource}`)) return [`lacks the placeholder :${resource}`];
  if (placeholders.length > 1) return ['has another placeholder, which any value would match'];
  const served = declared.filter(route => route.path === path);
  if (served.length === 0) return ['has a path that no controller serves'];
  const handlers = served.filter(({ methods }) => methods.includes(method));
  if (handlers.length === 0) return ['has a method that no controller serves there'];
  return handlers
    .filter(({ admission }) => !admission?.callers.includes('temp-token'))
    .map(({ handler }) => `does not admit temp tokens: the @Allow of ${handler} must name 'temp-token'`);
}
