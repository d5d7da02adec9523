import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { counted } from '../../errors/counted.ts';
import { clientIdOf } from '../../oauth/issuers/client-metadata.ts';
import { Log } from '../../observability/log/log.ts';
import { SessionListeners } from './session-listeners.service.ts';
import { SessionRepository } from './session.repository.ts';

/**
 * Checks at start whether the client id changed, which every session is bound to. A confidential client would lose all its
 * sessions, most likely by a slip in the configuration: the broker does not start unless the operator accepts the loss. The
 * sessions of a loopback client, whose id contains its port and scope, go on with the id that they began with.
 */
@Injectable()
export class ClientChange implements OnApplicationBootstrap {
  constructor(
    private readonly config: Config,
    private readonly sessionRows: SessionRepository,
    private readonly sessionListeners: SessionListeners,
    private readonly log: Log,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const clientId = clientIdOf(this.config);
    const lost = await this.sessionRows.countSessionsOfOtherClients(clientId);
    if (lost === 0) return;
    const { client } = this.config;
    if (client.kind === 'confidential' && client.acceptedClientId !== clientId) {
      throw new Error(
        `The client id is now ${clientId}, but ${counted(lost, 'active session')} of another client id would be lost. ` +
          'Set LATCHKEY_PUBLIC_URL and LATCHKEY_BASE_PATH back, or accept the loss with ' +
          `LATCHKEY_ACCEPT_CLIENT_ID=${clientId}.`,
      );
    }
    const changed = await this.sessionRows.markClientChanged(clientId);
    this.log.clientChanged({ clientId, sessions: changed.length });
    for (const session of changed)
      await this.sessionListeners.announceNeedsReauth({ ...session, reason: 'client_changed' });
  }
}
