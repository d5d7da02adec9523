import { Injectable } from '@nestjs/common';
import { toApiKeyView } from '../../../api-keys/keys/api-key-view.ts';
import { ApiKeys } from '../../../api-keys/keys/api-keys.service.ts';
import { KeyUsage } from '../../../api-keys/usage/key-usage.service.ts';
import type { Session } from '../../../sessions/stored/session.ts';
import { usageTexts } from '../../texts/usage.ts';
import type { KeyUseProps } from '../../usage/key-use.tsx';

/** Finds the use of the keys that sessions serve. */
@Injectable()
export class SessionKeyUses {
  constructor(
    private readonly apiKeys: ApiKeys,
    private readonly keyUsage: KeyUsage,
  ) {}

  /** Returns nothing for the session of a browser. */
  async list(
    { id, purpose }: Pick<Session, 'id' | 'purpose'>,
    ownNetwork: string | null,
  ): Promise<KeyUseProps[]> {
    if (purpose !== 'api_key') return [];
    const listed = await this.apiKeys.listOfSession(id);
    const use = async (key: (typeof listed)[number]): Promise<KeyUseProps> => {
      const title = usageTexts.titleOf(key.key.name);
      return { apiKey: toApiKeyView(key), days: await this.keyUsage.listDays(key.key.id), title, ownNetwork };
    };
    return Promise.all(listed.map(use));
  }
}
