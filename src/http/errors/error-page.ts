import type { FastifyInstance, FastifyReply } from 'fastify';

/** Sends a page to a browser. The reply already has its status. */
export type UnroutablePage = (reply: FastifyReply) => void;

const NAME = 'unroutablePage';

type Holder = { page: UnroutablePage | undefined };

/** Prepares a server for a page that a later module sets: no route and no filter knows addresses that cannot be parsed. */
export function addUnroutablePage(server: FastifyInstance): void {
  server.decorate(NAME, { page: undefined } satisfies Holder);
}

export function setUnroutablePage(server: FastifyInstance, page: UnroutablePage): void {
  server.getDecorator<Holder>(NAME).page = page;
}

export function findUnroutablePage(server: FastifyInstance): UnroutablePage | undefined {
  return server.getDecorator<Holder>(NAME).page;
}
