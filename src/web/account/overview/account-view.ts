import type { ListedApiKey } from '../../../api-keys/keys/api-key.repository.ts';
import type { ApiKeyView } from '../../../api-keys/keys/api-key-view.ts';
import type { SessionReason } from '../../../database/tables/oauth-session.ts';
import type { Session } from '../../../sessions/stored/session.ts';
import type { UiSessionView } from '../../../ui-sessions/ui-session-view.ts';
import type { Frame } from '../../frame/pages.service.ts';

/** A key that has stopped working, and why. */
export type LostKey = Pick<ListedApiKey['key'], 'id' | 'name' | 'sessionId'> & {
  readonly reason: SessionReason | null;
};

/** What the account's page shows. */
export type AccountView = Frame & {
  readonly session: Pick<Session, 'did' | 'handle' | 'pds' | 'scope'>;
  /** What is wanted of the session and was not granted, and where its owner is asked for it again. */
  readonly shortfall: readonly string[];
  readonly reconsentUrl: string;
  readonly browsers: readonly UiSessionView[];
  readonly browsersCursor: string | undefined;
  readonly keys: readonly ApiKeyView[];
  readonly keysCursor: string | undefined;
  readonly lost: readonly LostKey[];
  readonly mayMakeKeys: boolean;
  readonly done: string | undefined;
  readonly problem: string | undefined;
};
