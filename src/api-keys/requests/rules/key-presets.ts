/** Scopes of keys with a name. `post`: write posts. `all`: nearly everything that an app can. */
export const keyPresets = ['post', 'all'] as const;

export type KeyPreset = (typeof keyPresets)[number];

/** The parts of a preset: a broker that does not offer every needed one has no such preset, and takes others if it can. */
const PARTS: Readonly<Record<KeyPreset, { needed: readonly string[]; taken: readonly string[] }>> = {
  post: { needed: ['repo:app.bsky.feed.post'], taken: ['blob:image/*', 'blob:video/*'] },
  all: { needed: ['transition:generic'], taken: [] },
};

export function isKeyPreset(text: string): text is KeyPreset {
  return keyPresets.some(preset => preset === text);
}

/** Returns the scope of a preset, or undefined if `offered` lacks a part that it needs. */
export function presetScope(preset: KeyPreset, offered: readonly string[]): string | undefined {
  const { needed, taken } = PARTS[preset];
  if (!needed.every(part => offered.includes(part))) return undefined;
  return ['atproto', ...needed, ...taken.filter(part => offered.includes(part))].join(' ');
}
