import type { FastifyInstance, FastifyRequest } from 'fastify';

/** `oauth`: as RFC 6749 writes errors. `marked`: told apart from a PDS's errors by the header `Latchkey-Error`. */
export type ErrorForm = 'oauth' | 'marked';

/** The configuration of a route whose errors have another form than those of the API. */
export type ErrorFormConfig = { readonly errorForm: ErrorForm };

type FormsByFolder = ReadonlyMap<string, ErrorForm | undefined>;

/** Learns the form of errors from each route, for its folder: errors of an address without a route take that form. */
export function addErrorForms(server: FastifyInstance): void {
  const forms = new Map<string, ErrorForm | undefined>();
  server.decorate('errorForms', forms);
  server.addHook('onRoute', ({ url, config }) => {
    const folder = folderOf(url);
    const { errorForm } = (config ?? {}) as Partial<ErrorFormConfig>;
    forms.set(folder, errorForm ?? forms.get(folder));
  });
}

/** Returns the form of the folder that a request is for: of two folders, the inner one. */
export function errorFormOf({ url, server }: Pick<FastifyRequest, 'url' | 'server'>): ErrorForm | undefined {
  const path = pathOf(url);
  const forms = server.getDecorator<FormsByFolder>('errorForms');
  const [inner] = [...forms]
    .filter(([folder]) => path.startsWith(folder))
    .sort(([one], [other]) => other.length - one.length);
  return inner?.[1];
}

/** @param url a route's: its folder ends before the first segment that is a parameter, or before the last one */
function folderOf(url: string): string {
  const fixed = url.replace(/[:*].*$/, '');
  return fixed.slice(0, fixed.lastIndexOf('/') + 1);
}

/** A request line may name a whole URL (RFC 9112 section 3.2.2). */
function pathOf(url: string): string {
  if (!url.startsWith('/')) return URL.parse(url)?.pathname ?? '';
  return url.replace(/\?.*$/s, '');
}
