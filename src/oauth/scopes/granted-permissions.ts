import {
  AccountPermission,
  BlobPermission,
  IdentityPermission,
  IncludeScope,
  RepoPermission,
  RpcPermission,
  ScopePermissionsTransition,
} from '@atproto/oauth-scopes';
import { LRUCache } from 'lru-cache';
import { isScopePart, normalScopePart, parseScopePart } from '../../config/values/scope-part.ts';

/** The called method (`*`: any), and the called service as `did#service` or a bare DID. */
export type RpcCall = { readonly lxm: string; readonly aud: string };

/** Limit of all cached scopes together, in characters: a server may issue a single scope of 64 KiB. */
const CACHED_CHARACTERS = 1024 * 1024;

const cache = new LRUCache<string, GrantedPermissions>({
  max: 10_000,
  maxSize: CACHED_CHARACTERS,
  sizeCalculation: (_, scope) => scope.length + 1,
});

/** Returns the permissions of a granted scope. Parsed scopes are cached. */
export function permissionsOf(scope: string): GrantedPermissions {
  const known = cache.get(scope);
  if (known) return known;
  const permissions = new GrantedPermissions(scope);
  cache.set(scope, permissions);
  return permissions;
}

/** The permissions of a granted scope, as a PDS interprets it. */
export class GrantedPermissions {
  /** False if the scope contains a permission set, or a kind of part that this version does not know. */
  readonly isUnderstood: boolean;
  private readonly parts: ReadonlySet<string>;
  private readonly permissions: ScopePermissionsTransition;
  private readonly accepts: ReadonlySet<string>;
  /** The audiences of each method, by its name in lower case. */
  private readonly audiences: ReadonlyMap<string, ReadonlySet<string>>;

  constructor(scope: string) {
    const texts = scope.split(' ');
    const parsed = texts.map(parseScopePart);
    this.isUnderstood = texts.every(isScopePart) && !parsed.some(part => part instanceof IncludeScope);
    this.parts = new Set(texts.map(normalScopePart));
    this.permissions = new ScopePermissionsTransition(texts.filter(isScopePart));
    this.accepts = new Set(parsed.flatMap(part => (part instanceof BlobPermission ? part.accept : [])));
    this.audiences = audiencesOf(parsed.filter(part => part instanceof RpcPermission));
  }

  /** Returns whether a PDS may allow a call. Method names compare without case, as in the router of a PDS. */
  mayCall({ lxm, aud }: RpcCall): boolean {
    const { hasTransitionGeneric, hasTransitionChatBsky } = this.permissions;
    const isChat = lxm.startsWith('chat.bsky.');
    if (isChat ? hasTransitionChatBsky : hasTransitionGeneric) return true;
    return this.mayCallOf(aud, lxm.toLowerCase()) || this.mayCallOf(aud, '*');
  }

  /** Returns whether this scope permits everything that `text`, one part of a scope, permits. */
  covers(text: string): boolean {
    if (this.parts.has(normalScopePart(text))) return true;
    const part = parseScopePart(text);
    if (part instanceof RepoPermission)
      return part.collection.every(collection =>
        part.action.every(action => this.permissions.allowsRepo({ collection, action })),
      );
    if (part instanceof RpcPermission)
      return part.lxm.every(lxm => this.permissions.allowsRpc({ lxm, aud: part.aud }));
    if (part instanceof BlobPermission) return part.accept.every(accept => this.accept(accept));
    if (part instanceof AccountPermission)
      return part.action.every(action => this.permissions.allowsAccount({ attr: part.attr, action }));
    return part instanceof IdentityPermission && this.permissions.allowsIdentity({ attr: part.attr });
  }

  private mayCallOf(aud: string, method: string): boolean {
    const audiences = this.audiences.get(method);
    return audiences !== undefined && (audiences.has('*') || audiences.has(aud));
  }

  /** @param accept a media type, or a range of them */
  private accept(accept: string): boolean {
    const range = `${accept.split('/', 1)[0] ?? ''}/*`;
    return (
      this.permissions.hasTransitionGeneric ||
      [accept, range, '*/*'].some(granted => this.accepts.has(granted))
    );
  }
}

function audiencesOf(permissions: readonly RpcPermission[]): Map<string, Set<string>> {
  const audiences = new Map<string, Set<string>>();
  for (const { aud, lxm } of permissions) {
    for (const method of lxm.map(name => name.toLowerCase()))
      audiences.set(method, (audiences.get(method) ?? new Set()).add(aud));
  }
  return audiences;
}
