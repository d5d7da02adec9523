import type { ListedApiKey } from '../../../api-keys/keys/api-key.repository.ts';
import { type ApiKeyView, toApiKeyView } from '../../../api-keys/keys/api-key-view.ts';

const SOON_MS = 7 * 24 * 60 * 60_000;

/** A key as its owner sees it. */
export type ShownKey = ApiKeyView & {
  /** True while its session's row is being checked, and programs are told to wait. */
  readonly isPaused: boolean;
  /** When the key ends or needs its owner, if it works and that is within a week. */
  readonly endsSoon: string | null;
};

export function toShownKey(listed: ListedApiKey, now = new Date()): ShownKey {
  const view = toApiKeyView(listed, now);
  const isActive = view.status === 'active';
  const { needsOwnerBy } = listed;
  const isSoon = needsOwnerBy.getTime() - now.getTime() < SOON_MS;
  return {
    ...view,
    isPaused: isActive && listed.session === 'needs_check',
    endsSoon: isActive && isSoon ? needsOwnerBy.toISOString() : null,
  };
}
