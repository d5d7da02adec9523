import { randomUUID } from 'node:crypto';
import type { Insertable } from 'kysely';
import type { Schema } from '../../src/database/tables/schema.ts';
import type { SessionId } from '../../src/database/tables/id.ts';
import { asId } from '../ids.ts';

const at = '2026-11-20T18:00:00.000Z';

type Row<Table extends keyof Schema> = Insertable<Schema[Table]>;

/** Returns a complete row with its own key and no secrets. */
export function oauthSessionRow(change: object = {}): Row<'oauth_session'> {
  return {
    id: asId(randomUUID()),
    did: 'did:plc:alice',
    client_id: 'http://localhost',
    issuer: 'https://pds.example',
    pds: 'https://pds.example',
    scope: 'atproto',
    purpose: 'ui',
    status: 'active',
    granted_at: at,
    refreshed_at: at,
    access_expires_at: at,
    ...change,
  };
}

export function oauthStateRow(change: object = {}): Row<'oauth_state'> {
  return {
    id: randomUUID(),
    sealed: 'sealed',
    purpose: 'sign_in',
    return_to: '/',
    binding_digest: 'digest',
    created_at: at,
    expires_at: at,
    ...change,
  };
}

export function uiSessionRow(sessionId: SessionId, change: object = {}): Row<'ui_session'> {
  return {
    id: asId(randomUUID()),
    digest: randomUUID(),
    did: 'did:plc:alice',
    session_id: sessionId,
    created_at: at,
    last_seen_at: at,
    expires_at: at,
    mac: 'mac',
    ...change,
  };
}

export function tempTokenRow(change: object = {}): Row<'temp_token'> {
  return {
    id: asId(randomUUID()),
    digest: randomUUID(),
    scope: 'scope',
    resource_id: 'resource',
    created_at: at,
    expires_at: at,
    mac: 'mac',
    ...change,
  };
}

export function apiKeyRow(sessionId: SessionId, change: object = {}): Row<'api_key'> {
  return {
    id: asId(randomUUID()),
    did: 'did:plc:alice',
    session_id: sessionId,
    name: 'a bot',
    scope: 'atproto',
    start: 'ckapi_000000',
    digest: randomUUID(),
    created_at: at,
    mac: 'mac',
    ...change,
  };
}

export function keyRequestRow(change: object = {}): Row<'key_request'> {
  return {
    id: asId(randomUUID()),
    did: 'did:plc:alice',
    name: 'a bot',
    scope: 'atproto',
    asked_from: '127.0.0.1',
    status: 'pending',
    created_at: at,
    expires_at: at,
    mac: 'mac',
    ...change,
  };
}

export function clientKeyRow(change: object = {}): Row<'client_key'> {
  return { kid: randomUUID(), sealed: 'sealed', created_at: at, published_at: at, active_at: at, ...change };
}

export function nativeAppRow(change: object = {}): Row<'native_app'> {
  const id = randomUUID();
  return {
    id: asId(id),
    name: id,
    client_id: `https://app.example/${id}`,
    status: 'active',
    origins: '[]',
    created_at: at,
    changed_at: at,
    mac: 'mac',
    ...change,
  };
}

export function nativeRefreshRow(change: object = {}): Row<'native_refresh'> {
  const id = randomUUID();
  return {
    id,
    token: id,
    app_id: asId('an app'),
    issuer: 'https://pds.example',
    jkt: 'jkt',
    kid: 'kid',
    mac: 'mac',
    created_at: at,
    expires_at: at,
    ...change,
  };
}
