import { Injectable } from '@nestjs/common';
import { type ApiKey, statusOf } from '../../../api-keys/keys/api-key.ts';
import type { ListedApiKey } from '../../../api-keys/keys/api-key.repository.ts';
import type { SessionReason } from '../../../database/tables/oauth-session.ts';
import { Sessions } from '../../../sessions/use/sessions.service.ts';

/** A key that has stopped working, and the reason. */
export type LostKey = Pick<ApiKey, 'id' | 'name' | 'sessionId'> & {
  readonly reason: SessionReason | null;
};

/** Finds the reasons why keys have stopped working. */
@Injectable()
export class LostKeyReasons {
  constructor(private readonly sessions: Sessions) {}

  /** Returns those of `keys` that need their owner, each with its reason. */
  async explain(keys: readonly ListedApiKey[], now = new Date()): Promise<LostKey[]> {
    const lost = keys.filter(({ key, session }) => statusOf(key, session, now) === 'needs_reauth');
    return Promise.all(
      lost.map(async ({ key: { id, name, sessionId } }) => {
        const session = await this.sessions.find(sessionId);
        return { id, name, sessionId, reason: session?.reason ?? null };
      }),
    );
  }
}
