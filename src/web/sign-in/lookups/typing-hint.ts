import { readIdentifier } from '../../../identity/resolution/identifier.ts';
import { flawTexts } from '../../../identity/resolution/identifier-flaw.ts';

/** Help for a person who types something that is no handle. */
export type TypingHint = {
  /** What is wrong. Null for half a handle, as the person may not have finished. */
  readonly text: string | null;
  readonly suggestion: string | null;
};

/** Text that stays wrong, however it goes on. */
const CERTAIN: readonly string[] = ['email', 'fediverse', 'phone'];

/** Returns what to tell a person who has typed `identifier` so far, or undefined if that may become a handle. */
export function typingHint(identifier: string): TypingHint | undefined {
  const read = readIdentifier(identifier);
  if (read.kind !== 'flawed') return undefined;
  const { flaw, suggestion = null } = read;
  if (CERTAIN.includes(flaw)) return { text: flawTexts[flaw], suggestion };
  return flaw === 'no-dot' && suggestion !== null ? { text: null, suggestion } : undefined;
}
