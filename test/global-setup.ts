import { bundleBroker } from './network/broker-bundle.ts';
import { startNetwork } from './network/network.ts';
import { startPostgres } from './network/postgres.ts';
import { shared } from './network/shared-parts.ts';

/** Starts what all suites share, and tells them where it is: TEST_BROKER, TEST_NETWORK_URL and TEST_POSTGRES_URL. */
export default async function setUp(): Promise<void> {
  process.env.TEST_BROKER = await bundleBroker();
  const network = await shared.start(() => startNetwork());
  process.env.TEST_NETWORK_URL = network.controlUrl;
  if (process.env.DIALECTS === 'sqlite') return;
  const postgres = await shared.start(startPostgres);
  process.env.TEST_POSTGRES_URL = postgres.adminUrl;
}
