const base32 = 'abcdefghijklmnopqrstuvwxyz234567';
const didLength = 24;
const fakeDid = /^did:plc:([a-z2-7]{24})$/;

/** The DID of the fake account with a number from 0 on. */
export function didOf(account: number): string {
  let name = '';
  for (let rest = account; rest > 0; rest = Math.floor(rest / 32)) name = `${base32[rest % 32] ?? ''}${name}`;
  return `did:plc:${name.padStart(didLength, 'a')}`;
}

/** The handle that belongs to a DID, and the other way round. */
export function handleOf(did: string): string {
  return `${did.slice('did:plc:'.length)}.test`;
}

export function didOfHandle(handle: string): string {
  return `did:plc:${handle.replace(/\.test$/, '')}`;
}

export function isFakeDid(did: string): boolean {
  return fakeDid.test(did);
}

/** The refresh token that an account is given as its nth, from 0 on. */
export function refreshTokenOf(did: string, generation: number): string {
  return `refresh.${did}.${generation}`;
}

/** Whose refresh token it is, and which one; nothing when there never was such a token. */
export function parseRefreshToken(token: string): { did: string; generation: number } | undefined {
  const [kind, did = '', generation = ''] = token.split('.');
  if (kind !== 'refresh' || !isFakeDid(did) || !/^\d+$/.test(generation)) return undefined;
  return { did, generation: Number(generation) };
}
