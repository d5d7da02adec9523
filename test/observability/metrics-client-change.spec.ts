import { expect, it } from '@jest/globals';
import { storeSession } from '../broker/stored-session.ts';
import { startTestBroker } from '../broker/test-broker.ts';
import { describeDialects } from '../database/dialects.ts';
import { byLabel, readSamples, scrape } from './exposition.ts';

describeDialects('metrics of sessions that a changed client id ended', (_open, { dialect, create }) => {
  it('count each of them at the process that ended it', async () => {
    const database = await create();
    const first = await startTestBroker(dialect, database);
    await storeSession(first, first.network.pds, { clientId: 'http://localhost?scope=another' });
    await storeSession(first, first.network.pds, { clientId: 'http://localhost?scope=yet-another' });
    await first.app.close();
    const second = await startTestBroker(dialect, database, { inPlaceOf: first });
    try {
      const samples = readSamples(await (await scrape(second)).text());
      expect(byLabel(samples, 'latchkey_sessions_ended_total')).toMatchObject({
        client_changed: 2,
        revoked: 0,
      });
    } finally {
      await second.app.close();
    }
  });
});
