import { expect, it } from '@jest/globals';
import { AuditLog } from '../../src/audit/audit-log.service.ts';
import { openDatabase } from '../../src/database/connection/open-database.ts';
import { startTestBroker } from '../broker/test-broker.ts';
import { describeDialects } from '../database/dialects.ts';
import { auditEvent } from './events.ts';

describeDialects('a broker that shuts down', (_open, { dialect, create }) => {
  it('stores its pending audit events', async () => {
    const config = await create();
    const { app } = await startTestBroker(dialect, config);
    for (let index = 0; index < 120; index++) app.get(AuditLog).note(auditEvent());
    await app.close();
    const database = await openDatabase(config);
    try {
      expect(await database.selectFrom('audit_event').select('id').execute()).toHaveLength(120);
    } finally {
      await database.destroy();
    }
  });
});
