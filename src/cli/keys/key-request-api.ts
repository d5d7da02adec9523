import { z } from 'zod';
import { issuedApiKeyView, type IssuedApiKeyView } from '../../api-keys/keys/api-key-view.ts';
import { keyScopesView, type KeyScopesView } from '../../api-keys/requests/key-request-view.ts';
import { type BrokerApi } from '../command/broker-api.ts';
import { keyRequestStatuses } from '../../database/tables/key-request.ts';

const time = z.iso.datetime().transform(text => new Date(text));

const createdRequest = z.object({
  id: z.string(),
  authorizeUrl: z.url({ protocol: /^https?$/ }),
  tempToken: z.string(),
  scope: z.string(),
  expiresAt: time,
});

const requestState = z.object({ status: z.enum(keyRequestStatuses), did: z.string().optional() });

/** The key that is requested from an account's owner. */
export type WantedKey = {
  readonly identifier: string;
  readonly name: string;
  readonly scope: string;
  readonly expiresInDays?: number;
  /** The loopback URL that the owner's browser is redirected to with the code. */
  readonly loopback?: string;
};

export type CreatedKeyRequest = z.output<typeof createdRequest>;

export type KeyRequestState = z.output<typeof requestState>;

/** What the fields of a key are called on the command line. */
const OPTION_NAMES = {
  identifier: '<handle>',
  name: '--name',
  scope: '--scope',
  expiresInDays: '--expires',
};

/** The routes of key requests that a requester uses. */
export class KeyRequestApi {
  constructor(private readonly broker: BrokerApi) {}

  /** Lists what a key may be given. */
  listScopes(signal: AbortSignal): Promise<KeyScopesView> {
    return this.broker.call(keyScopesView, 'api/key-requests/scopes', { signal });
  }

  create(wanted: WantedKey, signal: AbortSignal): Promise<CreatedKeyRequest> {
    const request = { method: 'POST', body: wanted, names: OPTION_NAMES, signal } as const;
    return this.broker.call(createdRequest, 'api/key-requests', request);
  }

  find({ id, tempToken: token }: CreatedKeyRequest, signal: AbortSignal): Promise<KeyRequestState> {
    return this.broker.call(requestState, pathOf(id), { token, signal });
  }

  /** Has no signal: an interrupted claim may have made a key that nobody has. */
  claim({ id, tempToken: token }: CreatedKeyRequest, code: string): Promise<IssuedApiKeyView> {
    return this.broker.call(issuedApiKeyView, `${pathOf(id)}/claim`, {
      method: 'POST',
      body: { code },
      token,
    });
  }
}

function pathOf(id: string): string {
  return `api/key-requests/${encodeURIComponent(id)}`;
}
