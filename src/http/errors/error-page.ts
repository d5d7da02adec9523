import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '../../errors/error-code.ts';
import { errorFormOf } from './error-form.ts';

/** Sends the page of an error to a browser. The reply already has its status and headers. */
export type ErrorPage = (code: ErrorCode, reply: FastifyReply) => void;

const NAME = 'errorPage';

type Holder = { page: ErrorPage | undefined };

/**
 * Errors that end a request before its route, or that any route may have. An API's own errors stay JSON, also for a person
 * who opens its address.
 */
const EARLY: readonly ErrorCode[] = [
  'MethodNotAllowed',
  'RequestTimeout',
  'PayloadTooLarge',
  'UnsupportedMediaType',
  'MisdirectedRequest',
  'TooManyRequests',
  'ShuttingDown',
];

/** Prepares a server for a page that a later module sets: no filter of a page sees these errors. */
export function addErrorPage(server: FastifyInstance): void {
  server.decorate(NAME, { page: undefined } satisfies Holder);
}

export function setErrorPage(server: FastifyInstance, page: ErrorPage): void {
  server.getDecorator<Holder>(NAME).page = page;
}

/** Returns the page for an early error of a request, if a person should see one. */
export function findEarlyErrorPage(code: ErrorCode, request: FastifyRequest): ErrorPage | undefined {
  return EARLY.includes(code) ? findErrorPage(request) : undefined;
}

/** Returns the page for an error of a request by a browser. A folder whose errors have a form of their own has no pages. */
export function findErrorPage(request: FastifyRequest): ErrorPage | undefined {
  const acceptsPages = request.headers.accept?.includes('text/html') ?? false;
  if (!acceptsPages || errorFormOf(request) !== undefined) return undefined;
  return request.server.getDecorator<Holder>(NAME).page;
}
