import { Catch, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BrokerError } from '../../../errors/broker-error.ts';
import type { ErrorCode } from '../../../errors/error-code.ts';
import { AccountErrorFilter } from '../frame/account-error.filter.ts';
import { newKeyFields } from './new-key-page.tsx';

/** Errors that the form shows, with its fields kept. */
const SHOWN_ON_FORM: readonly ErrorCode[] = [
  'InvalidRequest',
  'KeyRequestsOff',
  'TooManyRequests',
  'TooManyKeyRequests',
  'AccountUnreachable',
  'IssuerUnavailable',
  'ScopeRefused',
  'ClientRefused',
  'LoginUnsupported',
  'AccountNotAllowed',
];

const LONGEST_FIELD = 64;

/** Redirects back to the form of a new key. */
@Catch()
@Injectable()
export class NewKeyErrorFilter extends AccountErrorFilter {
  protected override sendPage(error: BrokerError, request: FastifyRequest, reply: FastifyReply): void {
    if (!SHOWN_ON_FORM.includes(error.code)) {
      super.sendPage(error, request, reply);
      return;
    }
    const { details } = error;
    const wrong = details.code === 'InvalidRequest' ? details.field : undefined;
    const field = newKeyFields.find(name => name === wrong);
    const about = { problem: error.code, ...(field !== undefined && { field }) };
    const query = new URLSearchParams({ ...about, ...keptFields(request.body) });
    void reply.redirect(`${this.config.basePath}/account/keys/new?${query}`, 303);
  }
}

function keptFields(body: unknown): Record<string, string> {
  const fields = Object.entries((body ?? {}) as Record<string, unknown>).filter(
    (field): field is [string, string] =>
      /^(name|access|ends|date|permission-\d{1,3})$/.test(field[0]) && typeof field[1] === 'string',
  );
  return Object.fromEntries(fields.map(([name, value]) => [name, value.slice(0, LONGEST_FIELD)]));
}
