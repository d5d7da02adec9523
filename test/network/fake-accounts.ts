import type { Did } from '../../src/database/tables/did.ts';

const base32 = 'abcdefghijklmnopqrstuvwxyz234567';
const didLength = 24;
const fakeDid = /^did:plc:([a-z2-7]{24})$/;

/** Returns the DID of the fake account with a number from 0. */
export function didOf(account: number): Did {
  let name = '';
  for (let rest = account; rest > 0; rest = Math.floor(rest / 32)) name = `${base32[rest % 32] ?? ''}${name}`;
  return `did:plc:${name.padStart(didLength, 'a')}`;
}

/** Returns the handle of a DID. */
export function handleOf(did: Did): string {
  return `${did.slice('did:plc:'.length)}.test`;
}

/** Returns the DID of a handle. */
export function didOfHandle(handle: string): Did {
  return `did:plc:${handle.replace(/\.test$/, '')}`;
}

export function isFakeDid(did: string): did is Did {
  return fakeDid.test(did);
}

/** Returns the refresh token of a fake account that never signed in. */
export function firstRefreshTokenOf(did: Did): string {
  return `refresh.${did}`;
}

/** Returns the account of a first refresh token, or undefined for an unknown token. */
export function didOfFirstRefreshToken(token: string): Did | undefined {
  const [kind, did = ''] = token.split('.');
  return kind === 'refresh' && isFakeDid(did) ? did : undefined;
}
