import type { Did } from '../../src/database/tables/did.ts';

const base32 = 'abcdefghijklmnopqrstuvwxyz234567';
const didLength = 24;
const fakeDid = /^did:plc:([a-z2-7]{24})$/;

/** The DID of the fake account with a number from 0 on. */
export function didOf(account: number): Did {
  let name = '';
  for (let rest = account; rest > 0; rest = Math.floor(rest / 32)) name = `${base32[rest % 32] ?? ''}${name}`;
  return `did:plc:${name.padStart(didLength, 'a')}`;
}

/** The handle that belongs to a DID, and the other way round. */
export function handleOf(did: Did): string {
  return `${did.slice('did:plc:'.length)}.test`;
}

export function didOfHandle(handle: string): Did {
  return `did:plc:${handle.replace(/\.test$/, '')}`;
}

export function isFakeDid(did: string): did is Did {
  return fakeDid.test(did);
}

/** The refresh token that a fake account has without ever having signed in. */
export function firstRefreshTokenOf(did: Did): string {
  return `refresh.${did}`;
}

/** Whose first refresh token it is; nothing when there never was such a token. */
export function didOfFirstRefreshToken(token: string): Did | undefined {
  const [kind, did = ''] = token.split('.');
  return kind === 'refresh' && isFakeDid(did) ? did : undefined;
}
