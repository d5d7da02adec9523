import type { IncomingHttpHeaders } from 'node:http';

/** The request headers that decide for whom a response is. */
const VARIED = ['Cookie', 'Authorization'];

/** A directive of `Cache-Control` and its argument, quoted or not (RFC 9111 section 5.2). */
const DIRECTIVE = /([^\s",;=]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s",;]*))?/g;

/** The directives without an argument that only a browser's own cache needs to obey. */
const KEPT = ['no-cache', 'must-revalidate', 'no-transform'] as const;

/**
 * Returns the `Cache-Control` of a response that is for one account. It always has `private` or `no-store`, because a PDS
 * is a stranger and a shared cache before the broker would serve its response to other accounts. Lifetimes for shared
 * caches are left out.
 *
 * Without a lifetime from the PDS, the response must be validated before it is used again.
 */
export function privateCacheControl(headers: IncomingHttpHeaders): string {
  const directives = readDirectives(headers['cache-control']);
  if (directives.has('no-store')) return 'no-store';
  const lifetime = lifetimeOf(directives.get('max-age'));
  const kept = KEPT.filter(name => directives.has(name));
  const isTimed = lifetime !== undefined || (!directives.has('max-age') && headers.expires !== undefined);
  return [
    'private',
    ...(lifetime === undefined ? [] : [`max-age=${lifetime}`]),
    ...(isTimed || kept.includes('no-cache') ? kept : ['no-cache', ...kept]),
  ].join(', ');
}

/** Returns the given lists of header names as one, with the headers that name the caller among them. */
export function privateVary(...lists: readonly (string | undefined)[]): string {
  const names = [...lists.flatMap(list => list?.split(',') ?? []), ...VARIED].map(name => name.trim());
  const byKey = new Map<string, string>();
  for (const name of names) {
    const key = name.toLowerCase();
    if (name !== '' && !byKey.has(key)) byKey.set(key, name);
  }
  return [...byKey.values()].join(', ');
}

/** Returns each directive with the values that it has. Field names in an argument are no directives. */
function readDirectives(header: string | undefined): ReadonlyMap<string, readonly string[]> {
  const directives = new Map<string, string[]>();
  for (const [, name = '', argument = ''] of (header ?? '').matchAll(DIRECTIVE)) {
    const key = name.toLowerCase();
    directives.set(key, [...(directives.get(key) ?? []), argument.replaceAll('"', '')]);
  }
  return directives;
}

/** Returns the lifetime in seconds, or undefined if it is malformed or told twice (RFC 9111 section 4.2.1). */
function lifetimeOf(values: readonly string[] | undefined): number | undefined {
  const [value = '', ...others] = values ?? [];
  return /^\d{1,9}$/.test(value) && others.length === 0 ? Number(value) : undefined;
}
