import {
  AccountPermission,
  BlobPermission,
  IdentityPermission,
  IncludeScope,
  RepoPermission,
  RpcPermission,
} from '@atproto/oauth-scopes';
import { callNames, recordNames } from './record-names.ts';

const TEXTS: Readonly<Record<string, string>> = {
  atproto: 'Know which account you are',
  'transition:generic': 'Do nearly all that an app can: post, follow, like, upload, change your profile',
  'transition:email': 'Read your email address',
  'transition:chat.bsky': 'Read and send your direct messages',
};

/** Of a scope that permits nothing else than to know the account. */
export const POWERLESS = 'It can’t read or change anything for you.';

const ACTIONS = { create: 'create', update: 'change', delete: 'delete' } as const;

const ACCOUNT: Readonly<Record<AccountPermission['attr'], { read: string; manage: string }>> = {
  email: { read: 'Read your email address', manage: 'Read and change your email address' },
  repo: { read: 'Read all of your data', manage: 'Replace all of your data with an import' },
  status: { read: 'See whether your account is active', manage: 'Deactivate and reactivate your account' },
};

/** Describes one part of a scope in plain words. Returns an unknown part as it is written. */
export function scopeText(scope: string): string {
  if (Object.hasOwn(TEXTS, scope)) return TEXTS[scope] ?? scope;
  return (
    repoText(scope) ??
    rpcText(scope) ??
    blobText(scope) ??
    accountText(scope) ??
    identityText(scope) ??
    includeText(scope) ??
    scope
  );
}

/** Describes a scope in one line. `atproto` is left out beside other parts, as every scope has it. */
export function scopeSummary(scope: string): string {
  const parts = scope.split(' ').filter(part => part !== 'atproto');
  return (parts.length > 0 ? parts : ['atproto']).map(scopeText).join(' · ');
}

function repoText(scope: string): string | undefined {
  const permission = RepoPermission.fromString(scope);
  if (!permission) return undefined;
  const actions = sentence(permission.action.map(action => ACTIONS[action]));
  if (permission.collection.includes('*')) return `${capital(actions)} anything in your account’s data`;
  const records = sentence(permission.collection.map(recordName));
  // A key that may write posts may also change the posts that its owner wrote.
  const isAllOf = permission.action.length === Object.keys(ACTIONS).length;
  if (isAllOf && !records.includes('your')) return `Create ${records}, and change or delete any of yours`;
  return `${capital(actions)} ${records}`;
}

function rpcText(scope: string): string | undefined {
  const permission = RpcPermission.fromString(scope);
  if (!permission) return undefined;
  const { lxm, aud } = permission;
  const service = aud === '*' ? 'any service' : serviceName(aud);
  const known = lxm.flatMap(method => callNames[method] ?? []);
  if (known.length === lxm.length)
    return capital(aud === '*' ? sentence(known) : `${sentence(known)} at ${service}`);
  if (lxm.includes('*')) return `Ask ${service} for anything in your name`;
  return `Call ${sentence(lxm)} at ${service} in your name`;
}

function blobText(scope: string): string | undefined {
  const permission = BlobPermission.fromString(scope);
  if (!permission) return undefined;
  if (permission.accept.includes('*/*')) return 'Upload files of any kind';
  const names = { 'image/*': 'pictures', 'video/*': 'videos', 'audio/*': 'sound' } as const;
  const kinds = permission.accept.map(kind =>
    Object.hasOwn(names, kind) ? names[kind as keyof typeof names] : `files of the kind ${kind}`,
  );
  return `Upload ${sentence(kinds)}`;
}

function accountText(scope: string): string | undefined {
  const permission = AccountPermission.fromString(scope);
  if (!permission) return undefined;
  const { read, manage } = ACCOUNT[permission.attr];
  return permission.action.includes('manage') ? manage : read;
}

function identityText(scope: string): string | undefined {
  const permission = IdentityPermission.fromString(scope);
  if (!permission) return undefined;
  return permission.attr === 'handle'
    ? 'Change your handle'
    : 'Change your identity: your handle, and the server and keys of your account';
}

function includeText(scope: string): string | undefined {
  const set = IncludeScope.fromString(scope);
  return set ? `Use the set of permissions that ${set.nsid} describes` : undefined;
}

function recordName(collection: string): string {
  return Object.hasOwn(recordNames, collection)
    ? (recordNames[collection] ?? collection)
    : `records of the kind ${collection}`;
}

/** Returns `api.bsky.app` for `did:web:api.bsky.app#bsky_appview`, and other DIDs as they are. */
function serviceName(aud: string): string {
  const [did = aud] = aud.split('#');
  return did.startsWith('did:web:') ? decodeURIComponent(did.slice('did:web:'.length)) : did;
}

function sentence(parts: readonly string[]): string {
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(parts);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
