import { IncludeScope, RepoPermission, RpcPermission } from '@atproto/oauth-scopes';
import { normalScopePart, parseScopePart } from '../../config/values/scope-part.ts';
import { type GrantedPermissions, permissionsOf } from './granted-permissions.ts';

/** What a permission set holds, as its lexicon says it (AT Protocol permission specification). */
export type PermissionSet = Parameters<IncludeScope['toScopes']>[0];

/** The permission sets that are known, by their NSIDs. */
export type KnownSets = { get(nsid: string): PermissionSet | undefined };

/**
 * Puts what each permission set holds in the place of its `include:`, and writes every part in its normal way, each once
 * and in order. A set that is not known, and a part that is not understood, stays as it is.
 */
export function expandScopes(scope: string, sets: KnownSets): string {
  const parts = partsOf(scope).flatMap(part => expandPart(part, sets).map(normalScopePart));
  return [...new Set(parts)].sort().join(' ');
}

/** Whether all that is wanted is granted: as sets, once both are expanded; a wider permission covers a narrower one. */
export function scopesMatch(granted: string, wanted: string, sets: KnownSets): boolean {
  return coverAll(permissionsOf(expandScopes(granted, sets)), wanted, sets);
}

/**
 * Lists the parts of what is wanted, as they are written there, that were not granted in full. A permission set that is
 * not known counts as granted where anything was that it may hold: nobody here can tell more.
 */
export function scopeShortfall(granted: string, wanted: string, sets: KnownSets): string[] {
  const permissions = permissionsOf(expandScopes(granted, sets));
  const isGranted = (part: string): boolean =>
    coverAll(permissions, part, sets) ||
    (isUnknownSet(part, sets) && partsOf(granted).some(given => mayBeIncluded(given, part)));
  return partsOf(wanted).filter(part => !isGranted(part));
}

/**
 * Lists the parts of a granted scope that were not asked for. Whatever a permission set that was asked for may hold
 * counts as asked for: which of it there is, its author decides and the server knows, at every refresh anew.
 */
export function scopesExceeding(asked: string, granted: string): string[] {
  const permissions = permissionsOf(asked);
  const wanted = partsOf(asked);
  return partsOf(granted).filter(
    part => !permissions.covers(part) && !wanted.some(include => mayBeIncluded(part, include)),
  );
}

function coverAll(permissions: GrantedPermissions, wanted: string, sets: KnownSets): boolean {
  return partsOf(expandScopes(wanted, sets)).every(part => permissions.covers(part));
}

/** A permission set may hold what is below its own authority, and services of any audience or of its `aud`. */
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
