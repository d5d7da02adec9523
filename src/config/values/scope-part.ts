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

/** One part of a scope that says what it is for. */
export type ScopePart = InstanceType<(typeof KINDS)[number]>;

type Reading = { readonly part: ScopePart | undefined; readonly normal: string };

/** All parts that are kept read, in characters; a server may make one of its own as long as 64 KiB. */
const KEPT_CHARACTERS = 1024 * 1024;

/** The same few parts are read over and over. */
const kept = new LRUCache<string, Reading>({
  max: 10_000,
  maxSize: KEPT_CHARACTERS,
  sizeCalculation: (_, text) => text.length + 1,
});

/** Reads one part of a scope; nothing for a fixed word (`atproto`), and for what this program does not understand. */
export function parseScopePart(text: string): ScopePart | undefined {
  return read(text).part;
}

/** Whether a part of a scope is one that this program understands. */
export function isScopePart(text: string): boolean {
  return isStaticScopeValue(text) || parseScopePart(text) !== undefined;
}

/** Writes a part in the one way that all parts with its meaning are written; what is not understood stays as it is. */
export function normalScopePart(text: string): string {
  return read(text).normal;
}

function read(text: string): Reading {
  const known = kept.get(text);
  if (known) return known;
  const part = parse(text);
  const normal = part?.toString() ?? text;
  // The library writes an audience with a port so that it reads as another one.
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
    // A percent sign that encodes nothing: the library lets the decoder's error through.
  }
  return undefined;
}
