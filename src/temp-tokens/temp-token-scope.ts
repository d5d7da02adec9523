import type { CredentialUse } from '../access/credential-use.ts';

/** A route that the tokens of a scope open: `GET`, `/api/key-requests/:id`. Its path is below the base path. */
export type TempTokenRoute = { readonly method: string; readonly path: string };

/** A set of routes, opened for one resource at a time. */
export type TempTokenScope = {
  readonly name: string;
  readonly routes: readonly TempTokenRoute[];
  /** The placeholder that stands for the resource's id in every route: `id` for `:id`. */
  readonly resource: string;
  readonly longestSeconds: number;
  /** Whether a token opens one request only. */
  readonly singleUse: boolean;
};

/** Whether an id can stand in a path as it is, so that only one way to write the path means it. */
export function isResourceId(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,128}$/.test(text);
}

/**
 * Whether a request is for a route of the scope and for this resource. Both have to say so: the request line, to the
 * letter, and what the router made of it. So no way to write a path that one of them reads differently opens anything.
 */
export function isWithinScope(
  scope: TempTokenScope,
  resource: string,
  use: Omit<CredentialUse, 'from'>,
  basePath: string,
): boolean {
  return scope.routes.some(
    ({ method, path }) =>
      use.method === method &&
      use.route === basePath + path &&
      use.params[scope.resource] === resource &&
      use.path === basePath + substitute(path, scope.resource, resource),
  );
}

function substitute(path: string, placeholder: string, resource: string): string {
  const segments = path.split('/');
  return segments.map(segment => (segment === `:${placeholder}` ? resource : segment)).join('/');
}
