import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { describeDialects, requestedDialects } from '../database/dialects.ts';
import { startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { type ScriptedServer, startServer } from '../identity/scripted-server.ts';
import { makeBrokerSecrets } from '../network/broker-settings.ts';
import { freePorts } from '../network/free-ports.ts';
import { findNginx, type Nginx, startNginx } from '../network/nginx.ts';
import { nginxConfiguration } from './documented-proxies.ts';

/** An AppView behind an nginx that asks a broker, configured as in `docs/appviews.md`. */
export type NginxDeployment = {
  readonly url: string;
  readonly broker: TestBroker;
  /** The requests that reached the AppView, which responds with the length of the body. */
  readonly reached: readonly IncomingMessage[];
};

/** Runs a suite with a real nginx. Skips it if there is none, which `npm test` reports. */
export function describeNginx(name: string, suite: (deployment: () => NginxDeployment) => void): void {
  if (findNginx() === undefined) {
    describe.skip(`${name} (there is no nginx)`, () => {
      suite(() => {
        throw new Error('there is no nginx');
      });
    });
    return;
  }
  const run = (...[, { dialect, create }]: Parameters<Parameters<typeof describeDialects>[1]>): void => {
    let deployment: NginxDeployment | undefined;
    let appView: ScriptedServer;
    let nginx: Nginx | undefined;
    beforeAll(async () => {
      appView = await startServer(answerWithLength);
      const [port = 0] = await freePorts(1);
      const url = `http://127.0.0.1:${port}`;
      const settings = { LATCHKEY_BASE_PATH: '/latchkey', LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' };
      const peer = { publicUrl: url, secrets: makeBrokerSecrets() };
      const broker = await startTestBroker(dialect, await create(), { settings, peer });
      deployment = { url, broker, reached: appView.requests };
      const places = { publicHost: hostOf(url), broker: hostOf(broker.url), appView: hostOf(appView.origin) };
      nginx = await startNginx(port, nginxConfiguration(places));
    });
    afterAll(async () => {
      await nginx?.stop();
      await deployment?.broker.app.close();
      await appView.stop();
    });
    suite(() => {
      if (!deployment) throw new Error('nginx has not started');
      return deployment;
    });
  };
  // The same on every database.
  describeDialects(name, run, requestedDialects().slice(0, 1));
}

function answerWithLength(...[request, response]: Parameters<Parameters<typeof startServer>[0]>): void {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => (bytes += chunk.length));
  request.on('end', () => response.end(String(bytes)));
}

function hostOf(url: string): string {
  return new URL(url).host;
}
