import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A response, or a connection that ends without one. */
export type Reply =
  { status: number; headers?: Record<string, string>; body?: unknown } | 'broken connection';

export type Received = { line: string; headers: IncomingHttpHeaders; body: string };

/** A server that gives the replies of a script, in order, and fails every request beyond them. */
export class ScriptedBroker {
  readonly received: Received[] = [];
  readonly #server: Server;
  #replies: Reply[] = [];

  constructor() {
    this.#server = createServer((request, response) => {
      void text(request).then(body => {
        const { method = '', url = '', headers } = request;
        this.received.push({ line: `${method} ${url}`, headers, body });
        const reply = this.#replies.shift() ?? { status: 418, body: { error: 'Unexpected' } };
        if (reply === 'broken connection') {
          request.socket.destroy();
          return;
        }
        response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
        response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {}));
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Starts a new script. */
  play(...replies: Reply[]): void {
    this.#replies = replies;
    this.received.length = 0;
  }

  get lines(): string[] {
    return this.received.map(({ line }) => line);
  }

  /** How many replies were not requested. */
  get left(): number {
    return this.#replies.length;
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise(resolve =>
      this.#server.close(() => {
        resolve();
      }),
    );
  }
}
