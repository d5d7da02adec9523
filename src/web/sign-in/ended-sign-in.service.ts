import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { BrokerError } from '../../errors/broker-error.ts';
import { LastSignIn } from '../../login/last-sign-in.service.ts';
import { Sessions } from '../../sessions/use/sessions.service.ts';
import { decideSignInEnd, type SignInEnd } from './sign-in-end.ts';

/** Finds out why a browser that was signed in is not any more. */
@Injectable()
export class EndedSignIn {
  constructor(
    private readonly lastSignIn: LastSignIn,
    private readonly sessions: Sessions,
  ) {}

  /** @param request of a signed-out browser. Returns undefined if it never signed in, or signed out by itself. */
  async explain(request: FastifyRequest): Promise<SignInEnd | undefined> {
    const sessionId = this.lastSignIn.recall(request);
    if (sessionId === undefined) return undefined;
    try {
      return decideSignInEnd(await this.sessions.find(sessionId));
    } catch (error) {
      // The page must come all the same. Whatever uses the row reports the trouble.
      if (error instanceof BrokerError) return 'elsewhere';
      throw error;
    }
  }
}
