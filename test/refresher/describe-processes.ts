import { afterAll, afterEach, beforeAll, describe } from '@jest/globals';
import type { DatabaseConfig } from '../../src/config/config.ts';
import type { DialectName } from '../../src/database/engine/dialect.ts';
import { describeDialects, type TestDialect } from '../database/dialects.ts';
import type { Network } from '../network/network.ts';
import { Deployment } from './deployment.ts';
import { networkOfWorker } from '../per-worker/network.ts';

/** Broker processes of one deployment, in the file's own network. */
export type ProcessPlace = {
  readonly dialect: DialectName;
  readonly database: DatabaseConfig;
  readonly network: Network;
  readonly deployment: Deployment;
};

/** Runs one suite for each database, with one deployment for all its tests. */
export function describeProcesses(
  name: string,
  suite: (place: () => ProcessPlace, dialect: DialectName) => void,
  among?: readonly DialectName[],
): void {
  const run = (_open: unknown, { dialect, create }: TestDialect): void => {
    // A block of its own, so that the brokers stop before the database is deleted.
    describe('in processes of their own', () => {
      let place: ProcessPlace | undefined;
      beforeAll(async () => {
        const [network, database] = [await networkOfWorker(), await create()];
        const databaseUrl = database.kind === 'sqlite' ? `sqlite:${database.path}` : database.url;
        const deployment = await Deployment.create(network, databaseUrl);
        place = { dialect, database, network, deployment };
      });
      afterEach(() => place?.network.disarmFaults());
      afterAll(() => place?.deployment.stop());
      suite(() => {
        if (!place) throw new Error('there is no deployment outside of a test');
        return place;
      }, dialect);
    });
  };
  describeDialects(name, run, among);
}
