import { Injectable } from '@nestjs/common';
import type { Dispatcher } from 'undici';
import { createGuardedAgent, type GuardedAgentOptions } from './guarded-agent.ts';

/** Creates the dispatchers of outbound calls. The simulation replaces it by roads without sockets. */
@Injectable()
export class GuardedAgents {
  create(options: GuardedAgentOptions): Dispatcher {
    return createGuardedAgent(options);
  }
}
