import type { FastifyReply } from 'fastify';
import type { BrokerError } from '../errors/broker-error.ts';

/** The fields of the sign-in form that a person filled in. */
export type LoginFields = {
  readonly identifier?: string | undefined;
  readonly return_to?: string | undefined;
  readonly prompt?: string | undefined;
};

/** A port that the pages implement: shows the sign-in form with a problem, and with the error's status and headers. */
export abstract class LoginProblemPage {
  abstract send(error: BrokerError, fields: LoginFields, reply: FastifyReply): void;
}
