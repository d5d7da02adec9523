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

/** A method that is called (`*`: any), and the service that it is called of, as `did#service` or a bare DID. */
export type RpcCall = { readonly lxm: string; readonly aud: string };

/** All scopes that are kept parsed, in characters; a server may make one of its own as long as 64 KiB. */
const KEPT_CHARACTERS = 1024 * 1024;

const kept = new LRUCache<string, GrantedPermissions>({
  max: 10_000,
  maxSize: KEPT_CHARACTERS,
  sizeCalculation: (_, scope) => scope.length + 1,
});

/** Returns what a granted scope permits; the scopes in use are kept parsed. */
export function permissionsOf(scope: string): GrantedPermissions {
  const known = kept.get(scope);
  if (known) return known;
  const permissions = new GrantedPermissions(scope);
  kept.set(scope, permissions);
  return permissions;
}

/** What a granted scope permits, as a PDS reads it. */
export class GrantedPermissions {
  /** Whether all of it is known here: no permission set, and no kind that is newer than this program. */
  readonly isUnderstood: boolean;
  private readonly parts: ReadonlySet<string>;
  private readonly permissions: ScopePermissionsTransition;
  private readonly accepts: ReadonlySet<string>;
  /** The audiences of each method, which is written in lower case. */
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

  /**
   * Whether a PDS may let a call pass. Its router takes a method of its own in any case, so one that was granted in
   * another case counts as granted.
   */
  mayCall({ lxm, aud }: RpcCall): boolean {
    const { hasTransitionGeneric, hasTransitionChatBsky } = this.permissions;
    const isChat = lxm.startsWith('chat.bsky.');
    if (isChat ? hasTransitionChatBsky : hasTransitionGeneric) return true;
    return this.mayCallOf(aud, lxm.toLowerCase()) || this.mayCallOf(aud, '*');
  }

  /** Whether everything that a part of a scope permits is granted, by this part or by wider ones. */
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
