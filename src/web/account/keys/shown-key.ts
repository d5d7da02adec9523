import type { ListedApiKey } from '../../../api-keys/keys/api-key.repository.ts';
import { type ApiKeyView, toApiKeyView } from '../../../api-keys/keys/api-key-view.ts';

const SOON_MS = 7 * 24 * 60 * 60_000;

/** A key as its owner sees it. */
export type ShownKey = ApiKeyView & {
  /** True while its session's row is being checked, and programs are told to wait. */
  readonly isPaused: boolean;
  /** The key's end, if it still works and ends within a week. */
  readonly endsSoon: string | null;
};

export function toShownKey(listed: ListedApiKey, now = new Date()): ShownKey {
  const view = toApiKeyView(listed, now);
  const isActive = view.status === 'active';
  const { expiresAt: end } = view;
  const isSoon = end !== null && new Date(end).getTime() - now.getTime() < SOON_MS;
  return {
    ...view,
    isPaused: isActive && listed.session === 'needs_check',
    endsSoon: isActive && isSoon ? end : null,
  };
}
