import type { IncomingMessage, ServerResponse } from 'node:http';
import '../../../test/network/end-with-parent.ts';
import { listenOnLoopback } from '../../../test/network/loopback-server.ts';

/** Serves as a proxy, and reports its address to the parent. An error is printed, and closes the caller's connection. */
export async function serve(
  forward: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<void> {
  const server = await listenOnLoopback();
  server.answerWith((request, response) => {
    forward(request, response).catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
  });
  process.send?.(`http://127.0.0.1:${server.port}`);
}
