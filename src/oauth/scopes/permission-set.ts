import { IncludeScope } from '@atproto/oauth-scopes';
import { z } from 'zod';
import { parseScopePart } from '../../config/values/scope-part.ts';
import type { PermissionSet } from './scopes.ts';

/** Far more than any real set: people write sets, and others must agree to them. */
const MOST_PERMISSIONS = 1_000;
const MOST_CHARACTERS = 128 * 1024;

const parameter = z.union([z.string(), z.number(), z.boolean()]);

const permission = z
  .object({ type: z.literal('permission'), resource: z.string() })
  .catchall(z.union([parameter, z.array(parameter)]));

/** The parts of a lexicon document that the broker uses (AT Protocol specification, Lexicon, `permission-set`). */
const permissionSetLexicon = z.object({
  id: z.string(),
  defs: z.object({
    main: z.object({
      type: z.literal('permission-set'),
      permissions: z.array(permission).max(MOST_PERMISSIONS),
    }),
  }),
});

/** A permission set and its NSID. */
export type NamedPermissionSet = { readonly nsid: string; readonly set: PermissionSet };

/**
 * Parses a lexicon document as a permission set.
 *
 * @throws Error whose message names the problem, as the end of a sentence about the document
 */
export function readPermissionSet(document: unknown): NamedPermissionSet {
  const { data, error } = permissionSetLexicon.safeParse(document);
  if (!data) throw new Error(`is not a permission set: ${problemsOf(error)}`);
  if (!IncludeScope.fromString(`include:${data.id}`))
    throw new Error(`has an id that is not an NSID: ${JSON.stringify(data.id)}`);
  const set = data.defs.main;
  if (JSON.stringify(set).length > MOST_CHARACTERS)
    throw new Error(`is longer than the limit of ${MOST_CHARACTERS} characters`);
  return { nsid: data.id, set };
}

/** Returns a permission set as a lexicon document that {@link readPermissionSet} parses. */
export function toPermissionSetLexicon({ nsid, set }: NamedPermissionSet): object {
  return { lexicon: 1, id: nsid, defs: { main: set } };
}

/** Returns the NSIDs of the permission sets that the parts of a scope include, each once. */
export function includedSets(parts: readonly string[]): string[] {
  const included = parts.map(parseScopePart).filter(part => part instanceof IncludeScope);
  return [...new Set(included.map(({ nsid }) => nsid))];
}

function problemsOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join('.') || 'the document'}: ${message}`).join('; ');
}
