import { expect, it } from '@jest/globals';
import { readServiceAuthQuery, type ServiceAuthQuery, writeServiceAuthQuery } from './service-auth-query.ts';

const [aud, lxm] = ['did:web:a.example#svc', 'com.example.get'];

it.each<[string, ServiceAuthQuery]>([
  [`?aud=${encodeURIComponent(aud)}&lxm=${lxm}`, { aud, lxm }],
  [
    `?exp=1700000000&lxm=${lxm}&aud=did%3Aplc%3Aaaaaaaaaaaaaaaaaaaaaaaaa&else=x`,
    { aud: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa', lxm, exp: '1700000000' },
  ],
])('parses %s, and writes back exactly its known parameters', (text, asked) => {
  expect(readServiceAuthQuery(text)).toEqual(asked);
  expect(readServiceAuthQuery(writeServiceAuthQuery(asked))).toEqual(asked);
  expect(writeServiceAuthQuery(asked)).not.toContain('else');
});

it.each([
  ['', /^aud is missing/],
  ['?aud=alice.example', /^aud must be/],
  [`?aud=did:web:a.example&aud=did:web:b.example`, /^aud must be given only once\.$/],
  [
    `?aud=did:web:a.example&lxm=${lxm}&lxm=com.atproto.server.deleteAccount`,
    /^lxm must be given only once\.$/,
  ],
  ['?aud=did:web:a.example&lxm=*', /^lxm must be the NSID/],
  ['?aud=did:web:a.example&exp=-1', /^exp must be a Unix time in seconds/],
  ['?aud=did:web:a.example&exp=1e9', /^exp must be a Unix time in seconds/],
])('refuses %s', (text, message) => {
  expect(() => readServiceAuthQuery(text)).toThrow(message);
});
