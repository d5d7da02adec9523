/** Time between publishing a key and signing with it. Issuers cache a JWKS for ten minutes, proxies for ten more. */
export const PUBLISHED_BEFORE_SIGNING_MS = 20 * 60_000;

/** Upper limit for a login that began just before its key was retired. */
export const LOGINS_END_WITHIN_SECONDS = 30 * 60;

/** Upper limit for a native app's session: issuers end one after two years. Ten days are added. */
export const APP_SESSIONS_END_WITHIN_SECONDS = 740 * 24 * 60 * 60;

/** The life of a client key, in database time. */
export type ClientKeyLife = {
  readonly kid: string;
  /** The JWKS contains the key from this time on. */
  readonly publishedAt: Date;
  /** New sessions may use the key from this time on. `null` until the operator activates it. */
  readonly activeAt: Date | null;
  /** No new session uses the key from this time on. */
  readonly retiredAt: Date | null;
};

export const clientKeyStatuses = ['published', 'active', 'retired'] as const;

export type ClientKeyStatus = (typeof clientKeyStatuses)[number];

/** A step's effect on a key: a change, no change, or a refusal. */
export type KeyDecision =
  { readonly kind: 'change' } | { readonly kind: 'nothing-to-do' } | { readonly kind: KeyRefusal };

export type KeyRefusal = 'too-early' | 'retired' | 'last-active';

/** Each step is stored when it is done. One that seems to come later was done before the database's clock went back. */
export function clientKeyStatusOf({ activeAt, retiredAt }: ClientKeyLife): ClientKeyStatus {
  if (retiredAt !== null) return 'retired';
  return activeAt === null ? 'published' : 'active';
}

/** Returns the key for new sessions: the active key that was activated last. */
export function findSigningKey<Key extends ClientKeyLife>(keys: readonly Key[]): Key | undefined {
  return keys
    .filter(key => clientKeyStatusOf(key) === 'active')
    .toSorted((a, b) => Number(b.activeAt) - Number(a.activeAt))[0];
}

/** Returns the earliest time at which a key may be activated. */
export function activatableFrom({ publishedAt }: ClientKeyLife): Date {
  return new Date(publishedAt.getTime() + PUBLISHED_BEFORE_SIGNING_MS);
}

export function decideActivation(key: ClientKeyLife, now: Date): KeyDecision {
  const status = clientKeyStatusOf(key);
  if (status === 'active') return { kind: 'nothing-to-do' };
  if (status === 'retired') return { kind: 'retired' };
  return { kind: activatableFrom(key) > now ? 'too-early' : 'change' };
}

/**
 * Decides whether a key may be retired. The last active key may not: without it no new session can begin.
 *
 * @param keys all keys of the same owner, including this one
 */
export function decideRetirement(key: ClientKeyLife, keys: readonly ClientKeyLife[]): KeyDecision {
  const status = clientKeyStatusOf(key);
  if (status === 'retired') return { kind: 'nothing-to-do' };
  const active = keys.filter(other => clientKeyStatusOf(other) === 'active');
  return { kind: status === 'active' && active.length === 1 ? 'last-active' : 'change' };
}
