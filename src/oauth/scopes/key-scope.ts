import {
  AccountPermission,
  BlobPermission,
  IdentityPermission,
  RepoPermission,
  RpcPermission,
} from '@atproto/oauth-scopes';
import type { Config } from '../../config/config.ts';
import { normalScopePart, parseScopePart } from '../../config/values/scope-part.ts';
import { permissionsOf } from './granted-permissions.ts';

/** The configuration of what keys may be given. */
export type KeyScopeConfig = Pick<Config, 'keyScopeParts' | 'client'>;

/** The scope that a key's owner is asked for, and the requested parts that keys may not be given. */
export type FittedScope = { readonly scope: string; readonly refused: readonly string[] };

/**
 * Fits a requested scope to the parts that keys may be given. Parts that others cover are left out. Of a part that is less
 * than an offered one of the same kind, a loopback client asks for exactly that: its id may name any scope. A confidential
 * client asks for the offered part, since issuers refuse what its metadata does not have verbatim. No other part grows.
 */
export function fitKeyScope(requested: string, config: KeyScopeConfig): FittedScope {
  const wanted = withoutCovered(requested.split(' '));
  const fitted = wanted.map(part => fitPart(part, config));
  const refused = wanted.filter((_part, index) => fitted[index] === undefined);
  return { scope: withoutCovered(fitted.flatMap(parts => parts ?? [])).join(' '), refused };
}

/** Returns whether a key's owner can be asked for a part as it is written. */
export function isGrantable(part: string, config: KeyScopeConfig): boolean {
  if (config.keyScopeParts.includes(part)) return true;
  return config.client.kind === 'loopback' && fitPart(part, config) !== undefined;
}

/** Returns whether a scope permits anything but to know the account. */
export function canAct(scope: string): boolean {
  return scope.split(' ').some(part => part !== 'atproto' && part !== '');
}

function fitPart(part: string, { keyScopeParts, client }: KeyScopeConfig): string[] | undefined {
  const same = keyScopeParts.find(offered => normalScopePart(offered) === normalScopePart(part));
  if (same !== undefined) return [same];
  const covering = piecesOf(part).map(piece => narrowestOffer(piece, keyScopeParts));
  if (covering.length === 0 || covering.includes(undefined)) return undefined;
  return client.kind === 'loopback' ? [part] : covering.flatMap(offered => offered ?? []);
}

/** Splits a part into the smallest ones that together permit the same. Empty for a part without smaller ones. */
function piecesOf(text: string): string[] {
  const part = parseScopePart(text);
  if (part instanceof RepoPermission)
    return part.collection.flatMap(collection =>
      part.action.map(action => RepoPermission.scopeNeededFor({ collection, action })),
    );
  if (part instanceof RpcPermission)
    return part.lxm.map(lxm => RpcPermission.scopeNeededFor({ lxm, aud: part.aud }));
  if (part instanceof BlobPermission) return part.accept.map(accept => `blob:${accept}`);
  return part instanceof AccountPermission || part instanceof IdentityPermission ? [text] : [];
}

function narrowestOffer(piece: string, offered: readonly string[]): string | undefined {
  const kind = parseScopePart(piece)?.constructor;
  const covering = offered.filter(
    part => parseScopePart(part)?.constructor === kind && permissionsOf(part).covers(piece),
  );
  const isNarrowest = (part: string): boolean => covering.every(other => permissionsOf(other).covers(part));
  return covering.find(isNarrowest) ?? covering[0];
}

/** Leaves out the parts that the others cover together. Of parts with one meaning the first stays. */
function withoutCovered(parts: readonly string[]): string[] {
  return parts.reduceRight<string[]>(
    (left, part) => {
      const others = left.filter(other => other !== part);
      return permissionsOf(others.join(' ')).covers(part) ? others : left;
    },
    [...new Set(parts)],
  );
}
