import { expect, it } from '@jest/globals';
import { SessionRepository } from '../../src/sessions/stored/session.repository.ts';
import { storeSession } from '../broker/stored-session.ts';
import { startTestBroker } from '../broker/test-broker.ts';
import { describeDialects } from '../database/dialects.ts';
import { byLabel, readSamples, scrape } from './exposition.ts';

describeDialects('metrics of sessions that a changed client id ended', (_open, { dialect, create }) => {
  it('count each of them at the process that ended it', async () => {
    const database = await create();
    const first = await startTestBroker(dialect, database);
    const kept = await storeSession(first, first.network.pds, { clientId: 'http://localhost?scope=atproto' });
    await storeSession(first, first.network.pds, {
      clientId: 'https://another.latchkey.internal/oauth-client-metadata.json',
    });
    await storeSession(first, first.network.pds, {
      clientId: 'https://yet-another.latchkey.internal/oauth-client-metadata.json',
    });
    await first.app.close();
    const second = await startTestBroker(dialect, database, { inPlaceOf: first });
    try {
      const samples = readSamples(await (await scrape(second)).text());
      expect(byLabel(samples, 'latchkey_sessions_ended_total')).toMatchObject({
        client_changed: 2,
        revoked: 0,
      });
      expect(await second.app.get(SessionRepository).findSession(kept.id)).toMatchObject({
        status: 'active',
      });
    } finally {
      await second.app.close();
    }
  });
});
