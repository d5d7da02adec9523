import { randomUUID } from 'node:crypto';
import { ClientKeyRepository } from '../../../src/oauth/client-keys/client-key.repository.ts';
import { generateClientKey } from '../../../src/oauth/client-keys/client-key.ts';
import { NativeAppRepository } from '../../../src/native-apps/registry/native-app.repository.ts';
import type { NativeApp } from '../../../src/native-apps/registry/native-app.ts';
import { Degradations } from '../../../src/observability/degradations.ts';
import { OperatorSessions } from '../../../src/operator-sessions/operator-sessions.service.ts';
import { AttemptId, newId, type SessionId } from '../../../src/database/tables/id.ts';
import { issueKey, type TestKey } from '../../broker/issued-key.ts';
import { putInCheck, storeSession } from '../../broker/stored-session.ts';
import type { TestBroker } from '../../broker/test-broker.ts';
import { giveCookie } from '../watched-context.ts';
import { open, type ShownPages, type Stage } from './stage.ts';
import { storeUse } from './used-key.ts';
import { asId } from '../../ids.ts';

/** The operator's pages while they are empty. */
export async function* quietAdminPages(stage: Stage): ShownPages {
  await open(stage, '/admin?problem=InvalidToken');
  yield { name: 'admin-sign-in' };
  await signIn(stage);
  await open(stage, '/admin');
  yield { name: 'admin-overview-quiet' };
  await open(stage, '/admin/sessions');
  yield { name: 'admin-sessions-none', alike: true };
  await open(stage, '/admin/client-keys');
  yield { name: 'admin-client-keys-none' };
  await open(stage, '/admin/native-apps');
  yield { name: 'admin-native-apps-none', alike: true };
  await open(stage, '/admin/audit-events?target=nothing');
  yield { name: 'admin-audit-events-none', alike: true };
}

/** The operator's pages with content, and those of one session. */
export async function* adminPages(stage: Stage, sessionId: SessionId): ShownPages {
  await storeSessions(stage.broker);
  await storeClientKeys(stage.broker);
  await storeNativeApps(stage.broker);
  const silent = await storeSilentInstance(stage.broker);
  await storeRestore(stage.broker);
  stage.broker.app.get(Degradations, { strict: false }).set('spool', true);
  for (const name of ['overview', 'sessions', 'client-keys', 'native-apps', 'instances', 'audit-events']) {
    await open(stage, name === 'overview' ? '/admin' : `/admin/${name}`);
    yield { name: `admin-${name}` };
  }
  yield* sessionPages(stage, `/admin/sessions/${sessionId}`);
  await open(stage, `/admin/sessions/${(await storeUsedKey(stage.broker)).sessionId}`);
  yield { name: 'admin-session-of-a-key' };
  yield* giveUpPages(stage, `/admin/instances/${silent}/give-up`);
  await open(stage, '/admin/sessions/x');
  yield { name: 'admin-notice' };
}

async function* sessionPages(stage: Stage, path: string): ShownPages {
  await open(stage, path);
  yield { name: 'admin-session' };
  await open(stage, `${path}?done=skipped`);
  yield { name: 'admin-session-done', alike: true };
  await open(stage, `${path}/refresh`);
  yield { name: 'admin-confirm-refresh', alike: true };
  await open(stage, `${path}/revoke`);
  yield { name: 'admin-confirm-revoke' };
}

async function* giveUpPages(stage: Stage, path: string): ShownPages {
  await open(stage, path);
  yield { name: 'admin-confirm-give-up' };
  await stage.page.getByRole('button', { name: 'Give up' }).click();
  await stage.page.getByRole('status').waitFor();
  yield { name: 'admin-instance-given-up' };
}

async function signIn({ broker, context }: Stage): Promise<void> {
  const operators = broker.app.get(OperatorSessions, { strict: false });
  const { cookie } = await operators.signIn(broker.secrets.adminToken, '192.0.2.1');
  await giveCookie(context, broker, cookie, 'latchkey-admin');
}

/** Stores that the operator accepted a restored database just now. */
async function storeRestore({ database }: TestBroker): Promise<void> {
  await database
    .updateTable('installation')
    .set({ restored_at: database.now(), restored_sessions: 3 })
    .execute();
}

/** Stores sessions in every condition, more than a page of them. */
async function storeSessions(broker: TestBroker): Promise<void> {
  const changes = [
    { status: 'needs_reauth', reason: 'lifetime' },
    { status: 'revoking' },
    { status: 'revoked' },
    { attempt_id: newId(AttemptId), attempt_state: 'in_doubt', owner: randomUUID() },
  ] as const;
  for (let count = 0; count < 50; count++) {
    const { id } = await storeSession(broker, 'https://porcini.us-east.host.bsky.network');
    const change = changes[count];
    if (change) await broker.database.updateTable('oauth_session').set(change).where('id', '=', id).execute();
    else if (count === changes.length) await putInCheck(broker, id);
  }
}

async function storeUsedKey(broker: TestBroker): Promise<TestKey> {
  const key = await issueKey(broker, await storeSession(broker, broker.network.pds, {}, 'api_key'));
  await storeUse(broker, key);
  return key;
}

/** Stores a key that signs, one that will follow it, and a retired one. */
async function storeClientKeys({ app, database }: TestBroker): Promise<void> {
  const keys = app.get(ClientKeyRepository, { strict: false });
  for (const name of ['signs', 'follows', 'retired']) {
    const key = await generateClientKey();
    await keys.insert(key, { owner: null, active: name !== 'follows' });
    const days = name === 'retired' ? -500 : -90;
    const at = database.now(days * 24 * 60 * 60);
    const change = {
      published_at: at,
      active_at: at,
      ...(name === 'retired' && { retired_at: database.now() }),
    };
    if (name !== 'follows')
      await database.updateTable('client_key').set(change).where('kid', '=', key.kid).execute();
  }
}

async function storeNativeApps({ app, database }: TestBroker): Promise<void> {
  const apps = app.get(NativeAppRepository, { strict: false });
  const now = new Date();
  const plain = {
    metadata: null,
    origins: [],
    attestation: null,
    limitPerMinute: null,
    createdAt: now,
    changedAt: now,
  };
  const field: NativeApp = {
    ...plain,
    id: asId(randomUUID()),
    name: 'field-notes',
    clientId: 'https://field-notes.a-rather-long-domain.example.com/oauth/client-metadata.json',
    status: 'active',
    origins: ['https://field-notes.a-rather-long-domain.example.com', 'https://beta.example.com'],
    attestation: { header: 'x-field-notes', digest: '0'.repeat(64) },
    limitPerMinute: 600,
  };
  await apps.insertApp(field, database);
  const old: NativeApp = {
    ...plain,
    id: asId(randomUUID()),
    name: 'old',
    clientId: 'https://old.example.com/',
    status: 'paused',
  };
  await apps.insertApp(old, database);
}

/** Stores a crashed process with an answer on its disk, and its lease. Returns the id of its spool. */
async function storeSilentInstance({ database }: TestBroker): Promise<string> {
  const owner = randomUUID();
  const before = database.now(-3600);
  await database
    .insertInto('instance')
    .values({ owner, started_at: before, seen_at: before, spool_state: 'filled' })
    .execute();
  await database
    .insertInto('lease')
    .values({ name: 'sweep-of-a-silent-one', owner, until: before })
    .execute();
  return owner;
}
