/** For how long a key is published before it signs: issuers, and caches on the way, know a JWKS for ten minutes each. */
export const PUBLISHED_BEFORE_SIGNING_MS = 20 * 60_000;

/** A login that began with a key just before it was retired is over after this time. */
export const LOGINS_END_WITHIN_SECONDS = 30 * 60;

/** A session of a native app lives for two years at most at its issuer, and some days to spare. */
export const APP_SESSIONS_END_WITHIN_SECONDS = 740 * 24 * 60 * 60;

/** The life of a client key. All times are the database's. */
export type ClientKeyLife = {
  readonly kid: string;
  /** From when on the JWKS shows it. */
  readonly publishedAt: Date;
  /** From when on sessions begin with it; `null` while nobody has activated it. */
  readonly activeAt: Date | null;
  /** Since when no session begins with it any more. */
  readonly retiredAt: Date | null;
};

export const clientKeyStatuses = ['published', 'active', 'retired'] as const;

export type ClientKeyStatus = (typeof clientKeyStatuses)[number];

/** What a step would do to a key: change it, change nothing, or be refused. */
export type KeyDecision =
  { readonly kind: 'change' } | { readonly kind: 'nothing-to-do' } | { readonly kind: KeyRefusal };

export type KeyRefusal = 'too-early' | 'retired' | 'last-active';

export function clientKeyStatusOf({ activeAt, retiredAt }: ClientKeyLife, now: Date): ClientKeyStatus {
  if (retiredAt !== null && retiredAt <= now) return 'retired';
  return activeAt !== null && activeAt <= now ? 'active' : 'published';
}

/** Finds the key that new sessions begin with: of the active ones the one that was activated last. */
export function findSigningKey<Key extends ClientKeyLife>(keys: readonly Key[], now: Date): Key | undefined {
  return keys
    .filter(key => clientKeyStatusOf(key, now) === 'active')
    .toSorted((a, b) => Number(b.activeAt) - Number(a.activeAt))[0];
}

/** From when on a key may be activated. */
export function activatableFrom({ publishedAt }: ClientKeyLife): Date {
  return new Date(publishedAt.getTime() + PUBLISHED_BEFORE_SIGNING_MS);
}

export function decideActivation(key: ClientKeyLife, now: Date): KeyDecision {
  const status = clientKeyStatusOf(key, now);
  if (status === 'active') return { kind: 'nothing-to-do' };
  if (status === 'retired') return { kind: 'retired' };
  return { kind: activatableFrom(key) > now ? 'too-early' : 'change' };
}

/** @param keys all keys, this one among them: the last active one stays, or nobody could sign in any more */
export function decideRetirement(key: ClientKeyLife, keys: readonly ClientKeyLife[], now: Date): KeyDecision {
  const status = clientKeyStatusOf(key, now);
  if (status === 'retired') return { kind: 'nothing-to-do' };
  const active = keys.filter(other => clientKeyStatusOf(other, now) === 'active');
  return { kind: status === 'active' && active.length === 1 ? 'last-active' : 'change' };
}
