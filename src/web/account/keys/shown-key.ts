import type { ListedApiKey } from '../../../api-keys/keys/api-key.repository.ts';
import { type ApiKeyView, toApiKeyView } from '../../../api-keys/keys/api-key-view.ts';

/** A key as its owner sees it. `isPaused`: its session's row is being checked, and programs are told to wait. */
export type ShownKey = ApiKeyView & { readonly isPaused: boolean };

export function toShownKey(listed: ListedApiKey, now = new Date()): ShownKey {
  const view = toApiKeyView(listed, now);
  return { ...view, isPaused: view.status === 'active' && listed.session === 'needs_check' };
}
