import { expect, it } from '@jest/globals';
import { type Check, checkMetadata } from './metadata-checks.ts';
import type { NativeApp } from './native-app.ts';
import { asId } from '../../../test/ids.ts';

const place = { baseUrl: 'https://latchkey.example.org' };
const clientId = 'https://app.example.net/client.json';
const changedAt = new Date('2026-11-20T18:00:00.000Z');

const app: NativeApp = {
  id: asId('an-id'),
  name: 'own',
  clientId,
  status: 'active',
  metadata: null,
  origins: [],
  attestation: null,
  limitPerMinute: null,
  createdAt: changedAt,
  changedAt,
};

const good = {
  client_id: clientId,
  application_type: 'web',
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_signing_alg: 'ES256',
  dpop_bound_access_tokens: true,
  jwks_uri: 'https://latchkey.example.org/native/apps/own/jwks.json',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  scope: 'atproto',
  redirect_uris: ['https://app.example.net/callback'],
};

function problemsOf(document: Readonly<Record<string, unknown>>): Check[] {
  return checkMetadata(app, place, { document }).filter(({ ok }) => !ok);
}

it('accepts correct metadata', () => {
  expect(problemsOf(good)).toEqual([]);
});

it.each<[string, object, string]>([
  ['jwks_uri', { jwks_uri: 'https://elsewhere.example/jwks.json' }, 'jwks_uri must be "https://'],
  ['token_endpoint_auth_method', { token_endpoint_auth_method: 'none' }, 'it is "none"'],
  ['token_endpoint_auth_signing_alg', { token_endpoint_auth_signing_alg: undefined }, 'it is missing'],
  ['grant_types', { grant_types: ['authorization_code'] }, 'must list refresh_token'],
  ['response_types', { response_types: [] }, 'must list code'],
  ['dpop_bound_access_tokens', { dpop_bound_access_tokens: false }, 'must be true; it is false'],
  ['application_type', { application_type: 'native' }, 'must be "web"; it is "native"'],
  ['redirect_uris', { redirect_uris: ['net.example.app:/cb'] }, 'These are not: "net.example.app:/cb"'],
  ['redirect_uris', { redirect_uris: [] }, 'must list'],
  ['scope', { scope: 'transition:generic' }, 'must include atproto'],
  ['client_id', { client_id: 'https://another.example/client.json' }, 'client_id must be'],
  ['jwks', { jwks: { keys: [] } }, 'must be left out'],
])('reports %s: %j', (check, change, words) => {
  expect(problemsOf({ ...good, ...change })).toEqual([
    { check, ok: false, message: expect.stringContaining(words) },
  ]);
});
