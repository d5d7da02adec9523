import 'reflect-metadata';
import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { codeOf } from './errors/code-of.ts';
import { AppModule } from './app.module.ts';
import type { Config, ListenAddress } from './config/config.ts';
import { endOnSignals } from './end-on-signals.ts';
import { createServer } from './http/edge/server.ts';
import { EXPOSED_HEADERS } from './http/origins/exposed-headers.ts';
import { clientIdOf } from './oauth/issuers/client-metadata.ts';
import { Log } from './observability/log/log.ts';
import { createNestLog } from './observability/log/nest-log.ts';

/**
 * Creates a broker that is ready to listen: database migrated, keys loaded, every route declared.
 *
 * @param root the root module, by default the broker's own
 */
export async function createBroker(
  config: Config,
  log = new Log(),
  root: DynamicModule = AppModule.forConfig(config, log),
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    root,
    await createServer(config),
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest calls its options a class
    {
      bodyParser: false,
      abortOnError: false,
      logger: createNestLog(log),
    },
  );
  app.setGlobalPrefix(config.basePath);
  if (config.allowedOrigins.length > 0) {
    app.enableCors({
      origin: [...config.allowedOrigins],
      credentials: true,
      exposedHeaders: [...EXPOSED_HEADERS],
    });
  }
  warnOfOverrides(config, log);
  await app.init();
  return app;
}

/** Creates a broker, listens, and shuts it down on SIGTERM or SIGINT. */
export async function startBroker(config: Config): Promise<void> {
  await requireFreeAddress(config.listen);
  const app = await createBroker(config);
  endOnSignals(app);
  await listen(app, config);
}

/** Accepts connections. Closes the broker if it cannot. */
export async function listen(app: NestFastifyApplication, config: Config): Promise<void> {
  const { host, port } = config.listen;
  try {
    await app.listen(port, host);
  } catch (error) {
    await app.close();
    throw cannotListen(config.listen, error);
  }
  app.get(Log).started({
    url: config.baseUrl,
    listen: `${host}:${port}`,
    database: config.database.kind,
    client: clientIdOf(config),
  });
}

/** Finds an address in use before the database is migrated, which a broker of an older version may be serving. */
async function requireFreeAddress(address: ListenAddress): Promise<void> {
  const server = createTcpServer();
  try {
    await once(server.listen(address.port, address.host), 'listening');
  } catch (error) {
    throw cannotListen(address, error);
  }
  await new Promise(resolve => server.close(resolve));
}

function cannotListen({ host, port }: ListenAddress, cause: unknown): Error {
  const code = codeOf(cause) || 'unknown error';
  const why = code === 'EADDRINUSE' ? 'another process uses it' : code;
  return new Error(
    `The broker cannot listen on ${host}:${port} (${why}). Free the address, or set LATCHKEY_LISTEN to another one.`,
    { cause },
  );
}

function warnOfOverrides({ outbound, identity, failPoint }: Config, log: Log): void {
  if (failPoint) {
    log.developmentOverride('LATCHKEY_DEV_FAIL_POINT', `${failPoint.action} at ${failPoint.point}`);
  }
  if (outbound.allowHttp) {
    log.developmentOverride('LATCHKEY_DEV_ALLOW_HTTP', 'the broker calls plain http and private addresses');
  }
  if (identity.plcUrl.origin !== 'https://plc.directory') {
    log.developmentOverride('LATCHKEY_PLC_URL', `the broker resolves DIDs at ${identity.plcUrl.origin}`);
  }
  if (identity.handleResolver) {
    log.developmentOverride(
      'LATCHKEY_HANDLE_RESOLVER',
      `the broker resolves handles at ${identity.handleResolver.origin}`,
    );
  }
}
