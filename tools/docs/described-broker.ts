import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { createBroker } from '../../src/broker.ts';
import { readConfig } from '../../src/config/config.ts';
import { describeRoutes } from './openapi.ts';
import { Log } from '../../src/observability/log/log.ts';

/** What a broker with default settings tells of itself. */
export type DescribedBroker = {
  readonly openApi: unknown;
  /** In the text format of Prometheus, after one request. */
  readonly metrics: string;
};

const adminToken = randomBytes(32).toString('hex');

/** Makes a broker with a new database, asks what it says of itself, and removes it. It calls no other server. */
export async function describeBroker(): Promise<DescribedBroker> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-docs-'));
  try {
    const config = readConfig({
      LATCHKEY_DATABASE_URL: `sqlite:${join(directory, 'latchkey.sqlite')}`,
      LATCHKEY_ADMIN_TOKEN: adminToken,
    });
    const app = await createBroker(config, new Log({ write: () => undefined }));
    await app.listen(0, '127.0.0.1');
    const headers = { host: config.publicUrl.host, authorization: `Bearer ${adminToken}` };
    const ask = async (path: string): Promise<string> => {
      const { body } = await request(new URL(path, await app.getUrl()), { headers });
      return body.text();
    };
    const openApi: unknown = JSON.parse(JSON.stringify(describeRoutes(app, config)));
    await ask('/livez');
    const metrics = await ask('/metrics');
    await app.close();
    return { openApi, metrics };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
