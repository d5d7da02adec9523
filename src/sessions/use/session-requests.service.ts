import { Injectable } from '@nestjs/common';
import type { SessionId } from '../../database/tables/id.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { discard } from '../../identity/outbound/exchange.ts';
import { SessionLastUse } from '../stored/session-last-use.service.ts';
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

/** How often a stream that is about to begin gives way to a rotation. */
const MOST_TURNS = 3;

/** Sends the requests of a session with a live token: one whose token was renewed under it is sent again. */
@Injectable()
export class SessionRequests {
  constructor(
    private readonly liveTokens: LiveTokens,
    private readonly pdsRequests: PdsRequests,
    private readonly replayWindow: ReplayWindow,
    private readonly streamGate: StreamGate,
    private readonly sessionLastUse: SessionLastUse,
  ) {}

  /** @param path `/xrpc/<nsid>`, with or without a query string */
  async send(id: SessionId, path: string, request: PdsRequest): Promise<PdsResponse> {
    const { body, ...rest } = request;
    if (body === undefined) return this.sendRepeatable(id, path, rest);
    if (Buffer.isBuffer(body)) return this.sendRepeatable(id, path, { ...rest, body });
    return this.replayWindow.with(body, kept =>
      Buffer.isBuffer(kept)
        ? this.sendRepeatable(id, path, { ...rest, body: kept })
        : this.sendStream(id, path, { ...rest, body: kept }),
    );
  }

  /** The time by the clock of a PDS, as far as its answers have told it. */
  now(pds: string): Date {
    return this.pdsRequests.now(pds);
  }

  private async sendRepeatable(
    id: SessionId,
    path: string,
    request: RepeatableRequest,
  ): Promise<PdsResponse> {
    const session = await this.liveTokens.get(id, request.signal);
    this.sessionLastUse.remember(session);
    const response = await this.pdsRequests.send(session, path, request);
    if (!this.pdsRequests.refusesToken(response)) return response;
    discard(response);
    const renewed = await this.liveTokens.renew(session, request.signal);
    const second = await this.pdsRequests.send(renewed, path, request);
    if (!this.pdsRequests.refusesToken(second)) return second;
    discard(second);
    throw new BrokerError('UpstreamUnavailable', 'The PDS refuses a token that was just renewed.');
  }

  /** Sends what can be sent only once, when nonce and token were just seen to work and no rotation is near. */
  private async sendStream(id: SessionId, path: string, request: PdsRequest): Promise<PdsResponse> {
    const { signal } = request;
    const primed = await this.sendRepeatable(id, PRIMING_PATH, { method: 'GET', ...(signal && { signal }) });
    discard(primed);
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      const session = await this.liveTokens.getSettled(id, signal);
      const response = this.streamGate.tryStream(id, () => this.pdsRequests.sendOnce(session, path, request));
      if (response) return response;
    }
    throw new BrokerError('TokenUnavailable', 'The session is being renewed. Please send this again.', {
      retryAfterSeconds: 5,
    });
  }
}
