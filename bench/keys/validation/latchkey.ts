import type { Config } from '../../../src/config/config.ts';
import type { Keyring } from '../../../src/crypto/keyring.ts';
import type { Database } from '../../../src/database/connection/database.ts';
import { ApiKeyRepository } from '../../../src/api-keys/keys/api-key.repository.ts';
import { ApiKeyVerifier } from '../../../src/api-keys/keys/api-key.verifier.ts';
import { AuditEventRepository } from '../../../src/audit/audit-event.repository.ts';
import { AuditLog } from '../../../src/audit/audit-log.service.ts';
import { BatchedAuditLog } from '../../../src/audit/batched-audit-log.service.ts';
import { ForeignWrites } from '../../../src/database/cache/foreign-writes.service.ts';
import { ApiKeyLastUse } from '../../../src/api-keys/keys/api-key-last-use.service.ts';
import { Log } from '../../../src/observability/log/log.ts';
import { Metrics } from '../../../src/observability/metrics/metrics.ts';
import { ApiKeyCache } from '../../../src/api-keys/keys/api-key.cache.ts';
import { ApiKeyRefusalLog } from '../../../src/api-keys/keys/api-key-refusal-log.service.ts';
import { RowMac } from '../../../src/crypto/row-mac.ts';

/** Latchkey's own verifier, as its modules provide it. */
export type Verifier = { accepts: (secret: string) => Promise<boolean>; stop: () => Promise<void> };

const use = { method: 'GET', path: '/api/me', route: '/api/me', params: {}, from: '127.0.0.1' };

/** Starts the verifier of a broker with this configuration, over an open database. */
export function startVerifier(database: Database, keyring: Keyring, config: Config): Verifier {
  const log = new Log({ write: line => void process.stderr.write(line) });
  const metrics = new Metrics(log);
  const apiKeys = new ApiKeyRepository(database, new RowMac(keyring));
  const foreignWrites = new ForeignWrites(database, log);
  const recent = new ApiKeyCache(apiKeys, foreignWrites, config);
  const lastUsed = new ApiKeyLastUse(apiKeys, recent, metrics, log);
  const events = new AuditEventRepository(database);
  const audit = new AuditLog(config, events, new BatchedAuditLog(events, metrics, log));
  const verifier = new ApiKeyVerifier(recent, lastUsed, new ApiKeyRefusalLog(audit, log), metrics);
  foreignWrites.onModuleInit();
  lastUsed.onModuleInit();
  return {
    accepts: async secret => (await verifier.verify(secret, use)) !== undefined,
    stop: async () => {
      foreignWrites.onApplicationShutdown();
      await lastUsed.onApplicationShutdown();
    },
  };
}
