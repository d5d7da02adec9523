import {
  AccountPermission,
  BlobPermission,
  IdentityPermission,
  IncludeScope,
  isStaticScopeValue,
  RepoPermission,
  RpcPermission,
} from '@atproto/oauth-scopes';
import { LRUCache } from 'lru-cache';

const KINDS = [
  AccountPermission,
  BlobPermission,
  IdentityPermission,
  IncludeScope,
  RepoPermission,
  RpcPermission,
] as const;

/** A parsed part of a scope. */
export type ScopePart = InstanceType<(typeof KINDS)[number]>;

type Reading = { readonly part: ScopePart | undefined; readonly normal: string };

/** The size of the cache, in characters. A server may send a part of 64 KiB. */
const KEPT_CHARACTERS = 1024 * 1024;

/** The same few parts are parsed over and over. */
const kept = new LRUCache<string, Reading>({
  max: 10_000,
  maxSize: KEPT_CHARACTERS,
  sizeCalculation: (_, text) => text.length + 1,
});

/** Parses one part of a scope. Returns undefined for a fixed word (`atproto`) and for an unknown part. */
export function parseScopePart(text: string): ScopePart | undefined {
  return read(text).part;
}

/** Whether this program knows a part of a scope. */
export function isScopePart(text: string): boolean {
  return isStaticScopeValue(text) || parseScopePart(text) !== undefined;
}

/** Returns the normal form that all parts with the same meaning share. An unknown part stays as it is. */
export function normalScopePart(text: string): string {
  return read(text).normal;
}

function read(text: string): Reading {
  const known = kept.get(text);
  if (known) return known;
  const part = parse(text);
  const normal = part?.toString() ?? text;
  // The library writes an audience with a port in a form that it parses as another audience.
  const isSound = part === undefined || parse(normal)?.toString() === normal;
  const reading = { part, normal: isSound ? normal : text };
  kept.set(text, reading);
  return reading;
}

function parse(text: string): ScopePart | undefined {
  try {
    for (const kind of KINDS) {
      const part = kind.fromString(text);
      if (part) return part;
    }
  } catch {
    // A malformed percent encoding: the library does not catch the decoder's error.
  }
  return undefined;
}
