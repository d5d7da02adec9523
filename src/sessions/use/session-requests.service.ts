import { Injectable } from '@nestjs/common';
import { BrokerError } from '../../errors/broker-error.ts';
import { discard } from '../../identity/outbound/exchange.ts';
import type { LiveSession } from '../stored/session.cache.ts';
import { SessionLastUse } from '../stored/session-last-use.service.ts';
import type { Session } from '../stored/session.ts';
import { LiveTokens } from './live-tokens.service.ts';
import {
  PdsRequests,
  type PdsRequest,
  type PdsResponse,
  type RepeatableRequest,
} from '../pds/pds-requests.service.ts';
import { ReplayWindow } from '../pds/replay-window.service.ts';
import { StreamGate } from '../refresh/stream-gate.service.ts';

const PRIMING_PATH = '/xrpc/com.atproto.server.getSession';

/** How often a stream that is about to start lets a rotation go first. */
const MOST_TURNS = 3;

/** Throws if a session must not send the request. */
export type SessionCheck = (session: Pick<Session, 'scope'>) => void;

/** Sends the requests of sessions to their PDS. A request whose token was replaced meanwhile is sent again. */
@Injectable()
export class SessionRequests {
  constructor(
    private readonly liveTokens: LiveTokens,
    private readonly pdsRequests: PdsRequests,
    private readonly replayWindow: ReplayWindow,
    private readonly streamGate: StreamGate,
    private readonly sessionLastUse: SessionLastUse,
  ) {}

  /**
   * Sends one request of a session.
   *
   * @param path `/xrpc/<nsid>`, with or without a query string
   * @param check runs before the body is read and before a token is waited for
   * @throws BrokerError `ReauthorizationRequired`, `InvalidToken`, `TokenUnavailable`, `UpstreamUnavailable`, or what
   * `check` throws
   */
  async send(id: string, path: string, request: PdsRequest, check?: SessionCheck): Promise<PdsResponse> {
    const session = await this.liveTokens.getSession(id);
    check?.(session);
    const { body, ...rest } = request;
    if (body === undefined) return this.sendRepeatable(session, path, rest);
    if (Buffer.isBuffer(body)) return this.sendRepeatable(session, path, { ...rest, body });
    return this.replayWindow.withBody(body, async kept => {
      if (!Buffer.isBuffer(kept)) return this.sendStream(id, path, { ...rest, body: kept });
      // The session may have changed while the body arrived.
      return this.sendRepeatable(await this.liveTokens.getSession(id), path, { ...rest, body: kept });
    });
  }

  /** Returns the time by the clock of a PDS, as estimated from its responses. */
  now(pds: string): Date {
    return this.pdsRequests.now(pds);
  }

  private async sendRepeatable(
    session: LiveSession,
    path: string,
    request: RepeatableRequest,
  ): Promise<PdsResponse> {
    const usable = await this.liveTokens.makeUsable(session, request.signal);
    this.sessionLastUse.noteUse(usable);
    const response = await this.pdsRequests.send(usable, path, request);
    if (!this.pdsRequests.refusesToken(response)) return response;
    discard(response);
    const renewed = await this.liveTokens.renew(usable, request.signal);
    const second = await this.pdsRequests.send(renewed, path, request);
    if (!this.pdsRequests.refusesToken(second)) return second;
    discard(second);
    throw new BrokerError('UpstreamUnavailable', 'The PDS refuses a token that was just renewed.');
  }

  /** Sends a body that can be sent only once: after nonce and token were seen to work, and while no rotation is near. */
  private async sendStream(id: string, path: string, request: PdsRequest): Promise<PdsResponse> {
    const { signal } = request;
    const session = await this.liveTokens.getSession(id);
    discard(await this.sendRepeatable(session, PRIMING_PATH, { method: 'GET', ...(signal && { signal }) }));
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      const settled = await this.liveTokens.getSettled(id, signal);
      const response = this.streamGate.tryStream(id, () => this.pdsRequests.sendOnce(settled, path, request));
      if (response) return response;
    }
    throw new BrokerError('TokenUnavailable', 'The session is being renewed. Please send this again.', {
      retryAfterSeconds: 5,
    });
  }
}
