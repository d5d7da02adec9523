import { Injectable } from '@nestjs/common';
import type { ApiKeyView } from '../../../api-keys/keys/api-key-view.ts';
import type { SessionReason } from '../../../database/tables/oauth-session.ts';
import { Sessions } from '../../../sessions/use/sessions.service.ts';

/** A key that has stopped working, and the reason. */
export type LostKey = Pick<ApiKeyView, 'id' | 'name' | 'sessionId'> & {
  readonly reason: SessionReason | null;
};

/** Finds the reasons why keys have stopped working. */
@Injectable()
export class LostKeyReasons {
  constructor(private readonly sessions: Sessions) {}

  /** Returns those of `keys` that need their owner, each with its reason. */
  async explain(keys: readonly ApiKeyView[]): Promise<LostKey[]> {
    const lost = keys.filter(({ status }) => status === 'needs_reauth');
    return Promise.all(
      lost.map(async ({ id, name, sessionId }) => {
        const session = await this.sessions.find(sessionId);
        return { id, name, sessionId, reason: session?.reason ?? null };
      }),
    );
  }
}
