/** Names of methods by the namespace that they are in, as their lexicons write them. */
export type MethodNames = Readonly<Record<string, readonly string[]>>;

/** Returns the NSIDs of methods in lower case, as a PDS's router compares them. */
export function lowerCaseNsids(names: MethodNames): ReadonlySet<string> {
  return new Set(
    Object.entries(names).flatMap(([namespace, methods]) =>
      methods.map(method => `${namespace}.${method}`.toLowerCase()),
    ),
  );
}
