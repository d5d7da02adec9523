import {
  AccountPermission,
  BlobPermission,
  IdentityPermission,
  IncludeScope,
  isStaticScopeValue,
  RepoPermission,
  RpcPermission,
} from '@atproto/oauth-scopes';

const KINDS = [
  AccountPermission,
  BlobPermission,
  IdentityPermission,
  IncludeScope,
  RepoPermission,
  RpcPermission,
] as const;

/** One part of a scope that says what it is for. */
export type ScopePart = InstanceType<(typeof KINDS)[number]>;

/** Reads one part of a scope; nothing for a fixed word (`atproto`), and for what this program does not understand. */
export function parseScopePart(text: string): ScopePart | undefined {
  try {
    for (const kind of KINDS) {
      const part = kind.fromString(text);
      if (part) return part;
    }
  } catch {
    // A percent sign that encodes nothing: the library lets the decoder's error through.
  }
  return undefined;
}

/** Whether a part of a scope is one that this program understands. */
export function isScopePart(text: string): boolean {
  return isStaticScopeValue(text) || parseScopePart(text) !== undefined;
}

/** Writes a part in the one way that all parts with its meaning are written; what is not understood stays as it is. */
export function normalScopePart(text: string): string {
  const normal = parseScopePart(text)?.toString() ?? text;
  // The library writes an audience with a port so that it reads as another one.
  return parseScopePart(normal)?.toString() === normal ? normal : text;
}
