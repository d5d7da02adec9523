import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Config, type ListenAddress } from '../../config/config.ts';
import { Log } from '../../observability/log/log.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import { SECURITY_HEADERS } from '../origins/security-headers.ts';

/** Serves only `/metrics`, at an address of its own if one is set. Every caller that reaches it may read it. */
@Injectable()
export class MetricsListener implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private server: Server | undefined;

  constructor(
    private readonly config: Config,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  /** @throws Error with a message for the operator if the address cannot be used */
  async onApplicationBootstrap(): Promise<void> {
    const { metricsListen } = this.config;
    if (!metricsListen) return;
    const server = createServer((request, response) => void this.answer(request, response));
    await listen(server, metricsListen);
    server.on('error', error => {
      this.log.metricsFailed(error);
    });
    this.server = server;
  }

  beforeApplicationShutdown(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  private async answer({ method, url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path] = url.split('?');
    if (path !== '/metrics') {
      response.writeHead(404, SECURITY_HEADERS).end();
      return;
    }
    if (method !== 'GET' && method !== 'HEAD') {
      response.writeHead(405, { ...SECURITY_HEADERS, allow: 'GET, HEAD' }).end();
      return;
    }
    try {
      const text = await this.metrics.text();
      response.writeHead(200, { ...SECURITY_HEADERS, 'content-type': this.metrics.contentType }).end(text);
    } catch (error) {
      this.log.metricsFailed(error);
      response.writeHead(500, SECURITY_HEADERS).end();
    }
  }
}

async function listen(server: Server, { host, port }: ListenAddress): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    const why = code === 'EADDRINUSE' ? 'another process uses it' : code;
    throw new Error(
      `The metrics cannot be served on ${host}:${port} (${why}). Free it, or set LATCHKEY_METRICS_LISTEN to another address.`,
      { cause },
    );
  }
}
