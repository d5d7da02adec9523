import { BlobPermission, RepoPermission, RpcPermission } from '@atproto/oauth-scopes';
import { newKeyTexts } from '../../texts/new-key.ts';

export type PermissionGroup = keyof typeof newKeyTexts.groups;

/** A permission that can be ticked. `field` is the name of its box. */
export type OfferedPermission = { readonly field: string; readonly scope: string };

const OF_COLLECTIONS: Readonly<Record<string, PermissionGroup>> = {
  'app.bsky.feed.post': 'posts',
  'app.bsky.feed.postgate': 'posts',
  'app.bsky.feed.threadgate': 'posts',
  'app.bsky.feed.like': 'reactions',
  'app.bsky.feed.repost': 'reactions',
  'app.bsky.feed.generator': 'profile',
  'app.bsky.actor.profile': 'profile',
};

/** Returns the permissions of each group that has any, in the order of the texts. */
export function groupPermissions(
  permissions: readonly OfferedPermission[],
): [PermissionGroup, OfferedPermission[]][] {
  const groups = Object.keys(newKeyTexts.groups) as PermissionGroup[];
  return groups
    .map(group => [group, permissions.filter(({ scope }) => groupOf(scope) === group)] as const)
    .flatMap(([group, found]) => (found.length > 0 ? [[group, found] satisfies [string, unknown]] : []));
}

function groupOf(scope: string): PermissionGroup {
  if (scope === 'transition:generic') return 'everything';
  if (BlobPermission.fromString(scope)) return 'posts';
  if (RpcPermission.fromString(scope)) return 'reading';
  if (scope.startsWith('include:')) return 'records';
  const [collection = ''] = RepoPermission.fromString(scope)?.collection ?? [];
  if (collection === '') return 'account';
  if (collection.startsWith('app.bsky.graph.')) return 'people';
  return OF_COLLECTIONS[collection] ?? 'records';
}
