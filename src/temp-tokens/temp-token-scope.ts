import type { CredentialUse } from '../access/credential-use.ts';

/** A route of a scope, such as `GET` and `/api/key-requests/:id`. The path is relative to the base path. */
export type TempTokenRoute = { readonly method: string; readonly path: string };

/** A set of routes that a token authorizes for one resource. */
export type TempTokenScope = {
  readonly name: string;
  readonly routes: readonly TempTokenRoute[];
  /** The placeholder of the resource's id in every route: `id` for `:id`. */
  readonly resource: string;
  readonly longestSeconds: number;
  /** True if a token authorizes one request only. */
  readonly singleUse: boolean;
};

/** Returns whether a text is a resource id: it needs no encoding in a path, so the path has one spelling. */
export function isResourceId(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,128}$/.test(text);
}

/**
 * Returns whether a request concerns a route of the scope and this resource. Both the literal request line and the
 * router's match must agree, so that no ambiguous spelling of a path is authorized.
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
