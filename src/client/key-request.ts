import { BrokerApi, type BrokerOptions } from './broker-api.ts';
import { BrokerError } from './broker-errors.ts';
import { type Clock, realClock } from './clock.ts';

export type KeyRequestInput = {
  /** The handle or DID of the account that the key shall act for. */
  readonly identifier: string;
  /** The program's name, which the owner sees. */
  readonly name: string;
  /** What the key may do: `post`, `all`, or parts such as `atproto repo:app.bsky.feed.post`. */
  readonly scope: string;
  /** 1 to 365. Without it the key ends when it is revoked. */
  readonly expiresInDays?: number;
  /** An address on this machine that the owner's browser brings the code to: `http://127.0.0.1:PORT/…`. */
  readonly loopback?: string;
};

/** A claimed key. Times are ISO 8601. */
export type IssuedKey = {
  readonly id: string;
  /** The key itself, `ckapi_…`. Store it now: it is shown once. */
  readonly secret: string;
  readonly start: string;
  readonly did: string;
  readonly name: string;
  /** The granted scope, which may be less than was requested. */
  readonly scope: string;
  readonly expiresAt: string | null;
};

export type KeyRequestStatus = 'pending' | 'authorized' | 'denied' | 'expired' | 'claimed';

/** Why a key request yields no key. `ended`: its owner denied it or it expired, and the broker no longer says which. */
export type KeyRequestEnd = 'denied' | 'expired' | 'claimed' | 'ended';

/** A key request ended without a key. */
export class KeyRequestEnded extends Error {
  override readonly name = 'KeyRequestEnded';
  readonly reason: KeyRequestEnd;

  constructor(reason: KeyRequestEnd, options?: ErrorOptions) {
    super(endings[reason], options);
    this.reason = reason;
  }
}

const endings: Record<KeyRequestEnd, string> = {
  denied: 'The owner denied the key.',
  expired: 'The key request has expired. Request the key again.',
  claimed: 'The key was already claimed. If that was not you, ask its owner to revoke it.',
  ended: 'The key request has ended: its owner denied it, or it expired.',
};

const FIRST_PAUSE_MS = 1_000;
const PAUSE_GROWTH = 1.25;
const LONGEST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_IN_TROUBLE_MS = 30_000;

/** A connection may die silently. */
const LONGEST_POLL_MS = 120_000;

type Created = {
  readonly id: string;
  readonly authorizeUrl: string;
  readonly tempToken: string;
  readonly expiresAt: string;
};

type Abortable = { readonly signal?: AbortSignal };

/**
 * Requests a key from an account's owner. Show them `authorizeUrl`, wait with `untilAuthorized`, and `claim` with the code
 * that they see.
 *
 * @throws BrokerError, such as `AccountNotFound` or `KeyRequestsOff`; BrokerUnreachable
 */
export async function requestKey(
  { identifier, name, scope, expiresInDays, loopback, ...options }: KeyRequestInput & BrokerOptions,
  { signal }: Abortable = {},
): Promise<KeyRequest> {
  const api = new BrokerApi(options);
  const created = await api.call<Created>('/api/key-requests', {
    method: 'POST',
    input: {
      identifier,
      name,
      scope,
      ...(expiresInDays !== undefined && { expiresInDays }),
      ...(loopback !== undefined && { loopback }),
    },
    expect: ['id', 'authorizeUrl', 'tempToken', 'expiresAt'],
    isIdempotent: false,
    signal,
  });
  return new KeyRequest(api, created, options.clock ?? realClock);
}

/** A pending key request. */
export class KeyRequest {
  readonly id: string;
  /** The page that the account's owner opens. */
  readonly authorizeUrl: string;
  readonly expiresAt: Date;
  readonly #api: BrokerApi;
  readonly #tempToken: string;
  readonly #clock: Clock;
  /** By the clock: the machine's time of day may be set meanwhile. */
  readonly #expiry: number;

  constructor(api: BrokerApi, { id, authorizeUrl, tempToken, expiresAt }: Created, clock: Clock) {
    this.id = id;
    this.authorizeUrl = authorizeUrl;
    this.expiresAt = new Date(expiresAt);
    this.#api = api;
    this.#tempToken = tempToken;
    this.#clock = clock;
    this.#expiry = clock.now() + this.expiresAt.getTime() - Date.now();
  }

  /**
   * Returns the state of the request.
   *
   * @throws KeyRequestEnded once the broker no longer knows it; BrokerError, BrokerUnreachable
   */
  async status({ signal }: Abortable = {}): Promise<KeyRequestStatus> {
    const { status } = await this.#call<{ status: KeyRequestStatus }>('', { expect: ['status'], signal });
    return status;
  }

  /**
   * Waits until the owner has authorized the key: asks every few seconds, more rarely with time and while the broker is in
   * trouble.
   *
   * @throws KeyRequestEnded; the signal's reason
   */
  async untilAuthorized({ signal }: Abortable = {}): Promise<void> {
    for (let pause = FIRST_PAUSE_MS; ;) {
      await this.#clock.sleep(pause, signal);
      try {
        const inTime = AbortSignal.timeout(LONGEST_POLL_MS);
        const status = await this.status({ signal: signal ? AbortSignal.any([signal, inTime]) : inTime });
        if (status === 'authorized') return;
        if (status !== 'pending') throw new KeyRequestEnded(status);
        pause = Math.min(pause * PAUSE_GROWTH, LONGEST_PAUSE_MS);
      } catch (error) {
        signal?.throwIfAborted();
        if (!isTrouble(error)) throw error;
        pause = this.#pauseInTrouble(error, pause);
      }
    }
  }

  /**
   * Claims the key with the code that its owner saw. A lost answer does no harm: the broker returns the same key again
   * for five minutes. Five wrong codes end the request.
   *
   * @throws BrokerError `WrongClaimCode`, `KeyRequestNotAuthorized`; KeyRequestEnded; BrokerUnreachable
   */
  claim(code: string, { signal }: Abortable = {}): Promise<IssuedKey> {
    return this.#call('/claim', { method: 'POST', input: { code }, expect: ['id', 'secret', 'did'], signal });
  }

  async #call<Answer>(
    path: string,
    call: { method?: 'POST'; input?: object; expect: readonly string[]; signal?: AbortSignal | undefined },
  ): Promise<Answer> {
    try {
      return await this.#api.call<Answer>(`/api/key-requests/${encodeURIComponent(this.id)}${path}`, {
        ...call,
        credential: this.#tempToken,
        isIdempotent: true,
      });
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      // The temp token ends with its request.
      const isOver = error.status === 401 || error.status === 404 || error.code === 'KeyRequestEnded';
      if (isOver && error.code !== 'ReauthorizationRequired')
        throw new KeyRequestEnded('ended', { cause: error });
      throw error;
    }
  }

  /** While the broker is away, only the clock can tell that the request has expired. */
  #pauseInTrouble(error: unknown, pause: number): number {
    if (this.#clock.now() >= this.#expiry) throw new KeyRequestEnded('expired', { cause: error });
    const told = error instanceof BrokerError ? (error.retryAfterMs ?? 0) : 0;
    return Math.max(told, Math.min(pause * 2, LONGEST_PAUSE_IN_TROUBLE_MS));
  }
}

/** Whether asking again may help: the broker cannot be reached, is in trouble, or limits calls. */
function isTrouble(error: unknown): boolean {
  if (error instanceof BrokerError) return error.status === 429 || error.status >= 500;
  return !(error instanceof KeyRequestEnded);
}
