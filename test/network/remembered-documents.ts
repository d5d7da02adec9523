import type { RequestListener, ServerResponse } from 'node:http';

type Remembered = { type: string; body: unknown };

const document = /^\/did:[^/?]+$/;

/**
 * Has a PLC directory return a DID's document again until the DID is written. The directory checks the signatures of a
 * DID's log at each request, and every refresh asks for a document.
 */
export function rememberDocuments(direct: RequestListener): RequestListener {
  const documents = new Map<string, Remembered>();
  let writes = 0;
  return (request, response) => {
    const path = (request.url ?? '').replaceAll('%3A', ':');
    const known = request.method === 'GET' ? documents.get(path) : undefined;
    if (known) {
      response.setHeader('content-type', known.type).end(known.body);
      return;
    }
    if (request.method === 'GET' && document.test(path)) {
      const writesBefore = writes;
      onBody(response, body => {
        const type = String(response.getHeader('content-type'));
        if (response.statusCode === 200 && writes === writesBefore) documents.set(path, { type, body });
      });
    }
    if (request.method === 'POST')
      response.once('close', () => {
        writes += 1;
        documents.delete(path);
      });
    direct(request, response);
  };
}

/** Reports the body with which a handler ends its response. */
function onBody(response: ServerResponse, use: (body: unknown) => void): void {
  const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
  response.end = (...args: unknown[]) => {
    use(args[0]);
    return end(...args);
  };
}
