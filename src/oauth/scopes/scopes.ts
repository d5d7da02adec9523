import { IncludeScope, RepoPermission, RpcPermission } from '@atproto/oauth-scopes';
import { normalScopePart, parseScopePart } from '../../config/values/scope-part.ts';
import { type GrantedPermissions, permissionsOf } from './granted-permissions.ts';

/** The contents of a permission set, as in its lexicon (AT Protocol permission specification). */
export type PermissionSet = Parameters<IncludeScope['toScopes']>[0];

/** Known permission sets, by NSID. */
export type KnownSets = { get(nsid: string): PermissionSet | undefined };

/**
 * Replaces each `include:` by the contents of its permission set. Returns the parts in normal form, sorted, each once.
 * An unknown set and a part that cannot be parsed stay unchanged.
 */
export function expandScopes(scope: string, sets: KnownSets): string {
  const parts = partsOf(scope).flatMap(part => expandPart(part, sets).map(normalScopePart));
  return [...new Set(parts)].sort().join(' ');
}

/**
 * Lists the parts of `wanted`, in its own notation, that `granted` does not fully cover. A wider permission covers a
 * narrower one. An unknown permission set counts as granted if any permission is that it could contain: the broker
 * cannot know more.
 */
export function scopeShortfall(granted: string, wanted: string, sets: KnownSets): string[] {
  const permissions = permissionsOf(expandScopes(granted, sets));
  const isGranted = (part: string): boolean =>
    coverAll(permissions, part, sets) ||
    (isUnknownSet(part, sets) && partsOf(granted).some(given => mayBeIncluded(given, part)));
  return partsOf(wanted).filter(part => !isGranted(part));
}

/**
 * Lists the parts of a granted scope that were not requested. Anything a requested permission set could contain counts
 * as requested: its author may change it, and the server expands it at each refresh.
 */
export function scopesExceeding(requested: string, granted: string): string[] {
  const permissions = permissionsOf(requested);
  const wanted = partsOf(requested);
  return partsOf(granted).filter(
    part => !permissions.covers(part) && !wanted.some(include => mayBeIncluded(part, include)),
  );
}

function coverAll(permissions: GrantedPermissions, wanted: string, sets: KnownSets): boolean {
  return partsOf(expandScopes(wanted, sets)).every(part => permissions.covers(part));
}

/** A permission set may contain NSIDs below its own authority, and calls with any audience or with its `aud`. */
function mayBeIncluded(text: string, include: string): boolean {
  const set = parseScopePart(include);
  const part = parseScopePart(text);
  if (!(set instanceof IncludeScope)) return false;
  if (part instanceof RepoPermission) return part.collection.every(nsid => set.isParentAuthorityOf(nsid));
  if (!(part instanceof RpcPermission)) return false;
  const isOfAudience = part.aud === '*' || part.aud === set.aud;
  return isOfAudience && part.lxm.every(nsid => set.isParentAuthorityOf(nsid));
}

function expandPart(text: string, sets: KnownSets): string[] {
  const part = parseScopePart(text);
  const set = part instanceof IncludeScope ? sets.get(part.nsid) : undefined;
  return part instanceof IncludeScope && set ? part.toScopes(set) : [text];
}

function isUnknownSet(text: string, sets: KnownSets): boolean {
  const part = parseScopePart(text);
  return part instanceof IncludeScope && sets.get(part.nsid) === undefined;
}

function partsOf(scope: string): string[] {
  return scope.split(' ').filter(part => part !== '');
}
