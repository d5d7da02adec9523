import { Injectable } from '@nestjs/common';
import type { SessionId } from '../../database/tables/id.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { discard } from '../../identity/outbound/exchange.ts';
import type { LiveSession } from '../stored/session.cache.ts';
import { SessionLastUse } from '../stored/session-last-use.service.ts';
import { AccountMoves } from './account-moves.service.ts';
import { LiveTokens, type SessionCheck } from './live-tokens.service.ts';
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

/** Sends the requests of sessions to their PDS. A request whose token was replaced meanwhile is sent again. */
@Injectable()
export class SessionRequests {
  constructor(
    private readonly liveTokens: LiveTokens,
    private readonly pdsRequests: PdsRequests,
    private readonly replayWindow: ReplayWindow,
    private readonly streamGate: StreamGate,
    private readonly sessionLastUse: SessionLastUse,
    private readonly accountMoves: AccountMoves,
  ) {}

  /**
   * Sends one request of a session.
   *
   * @param path `/xrpc/<nsid>`, with or without a query string
   * @param check runs before the body is read and before a token is waited for
   * @throws BrokerError `ReauthorizationRequired`, `InvalidToken`, `TokenUnavailable`, `UpstreamUnavailable`, or what
   * `check` throws
   */
  async send(id: SessionId, path: string, request: PdsRequest, check?: SessionCheck): Promise<PdsResponse> {
    const { body, ...rest } = request;
    if (body === undefined) return this.sendRepeatable(id, path, rest, check);
    if (Buffer.isBuffer(body)) return this.sendRepeatable(id, path, { ...rest, body }, check);
    await this.liveTokens.getActive(id, check); // Refuse before reading the body.
    return this.replayWindow.withBody(id, body, kept =>
      Buffer.isBuffer(kept)
        ? this.sendRepeatable(id, path, { ...rest, body: kept })
        : this.sendStream(id, path, { ...rest, body: kept }),
    );
  }

  /** Returns the time by the clock of a PDS, as estimated from its responses. */
  now(pds: string): Date {
    return this.pdsRequests.now(pds);
  }

  private async sendRepeatable(
    id: SessionId,
    path: string,
    request: RepeatableRequest,
    check?: SessionCheck,
  ): Promise<PdsResponse> {
    const session = await this.liveTokens.get(id, request.signal, check);
    this.sessionLastUse.noteUse(session);
    const response = await this.watched(session, this.pdsRequests.send(session, path, request));
    if (!this.pdsRequests.refusesToken(response)) return response;
    discard(response);
    const renewed = await this.liveTokens.renew(session, request.signal);
    const second = await this.watched(renewed, this.pdsRequests.send(renewed, path, request));
    if (!this.pdsRequests.refusesToken(second)) return second;
    discard(second);
    throw new BrokerError(
      'UpstreamUnavailable',
      'The PDS refuses an access token that was just refreshed. Try again in a minute.',
    );
  }

  /** Sends a body that can be sent only once, after a small request proved that nonce and token work. */
  private async sendStream(id: SessionId, path: string, request: PdsRequest): Promise<PdsResponse> {
    const { signal } = request;
    discard(await this.sendRepeatable(id, PRIMING_PATH, { method: 'GET', ...(signal && { signal }) }));
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      const session = await this.liveTokens.getSettled(id, signal);
      const response = this.streamGate.tryStream(id, () =>
        this.watched(session, this.pdsRequests.sendOnce(session, path, request)),
      );
      if (response) return response;
    }
    throw new BrokerError('TokenUnavailable', 'The session is being refreshed. Send this request again.', {
      retryAfterSeconds: 5,
    });
  }

  /** Notes what the outcome of a request says about where the account is. */
  private async watched(session: LiveSession, sent: Promise<PdsResponse>): Promise<PdsResponse> {
    try {
      const response = await sent;
      this.accountMoves.noteResponse(session, response);
      return response;
    } catch (error) {
      this.accountMoves.noteFailure(session, error);
      throw error;
    }
  }
}
