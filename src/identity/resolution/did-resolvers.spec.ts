import { extractAtprotoData, type AtprotoDidDocument } from '@atproto-labs/did-resolver';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { createDidResolver } from './did-resolvers.ts';

const plc = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz';
const web = 'did:web:alice.example.com';
const plcUrl = new URL('https://plc.example.com');

const pds = {
  id: '#atproto_pds',
  type: 'AtprotoPersonalDataServer',
  serviceEndpoint: 'https://pds.example.com',
};
const key = { id: `${plc}#atproto`, type: 'Multikey', controller: plc, publicKeyMultibase: 'zQ3sh' };
const plain = {
  '@context': ['https://www.w3.org/ns/did/v1'],
  id: plc as string,
  alsoKnownAs: ['at://alice.test'],
  verificationMethod: [key],
  service: [pds],
};

function resolve(document: unknown, did: typeof plc | typeof web = plc): Promise<AtprotoDidDocument> {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  const fetch = (): Promise<Response> =>
    Promise.resolve(new Response(text, { headers: { 'content-type': 'application/json' } }));
  return createDidResolver({ plcUrl, directory: fetch, metadata: fetch, allowHttp: false }).resolve(did);
}

const oddParts: readonly (readonly [string, object])[] = [
  [
    'a service whose endpoint is an object',
    { service: [{ id: '#hub', type: 'Hub', serviceEndpoint: { nodes: [1] } }, pds] },
  ],
  [
    'a service whose endpoint is a list',
    { service: [{ id: '#hub', type: 'Hub', serviceEndpoint: [{}, 3] }, pds] },
  ],
  [
    'a service whose endpoint is no URL',
    { service: [pds, { id: '#x', type: 'X', serviceEndpoint: 'call me' }] },
  ],
  ['a service without an id', { service: [{ type: 'X' }, null, 'x', pds] }],
  ['two services of one id', { service: [{ ...pds, id: '#x' }, { ...pds, id: '#x' }, pds] }],
  ['a second PDS', { service: [pds, { ...pds, serviceEndpoint: 'https://other.example.com' }] }],
  ['an object in @context', { '@context': ['https://www.w3.org/ns/did/v1', { x: 'https://x.example' }] }],
  ['another @context', { '@context': { '@vocab': 'x' } }],
  [
    'alsoKnownAs that is no URI',
    { alsoKnownAs: ['not a URI', 7, null, 'at://not a handle', 'at://alice.test'] },
  ],
  ['an odd verification method', { verificationMethod: [{ id: 7 }, 'x', { id: '#x', type: '' }, key] }],
  [
    'odd members elsewhere',
    { controller: 'me', authentication: [{}], keyAgreement: 'x', extra: { deep: [] } },
  ],
];

describe('a DID document', () => {
  it.each(oddParts)('is read with %s', async (_, parts) => {
    const { did, aka, key: signing, pds: server } = extractAtprotoData(await resolve({ ...plain, ...parts }));
    expect({ did, aka, signing, server }).toEqual({ did: plc, aka: 'alice.test', signing: key, server: pds });
  });

  it('is read from its own host by the same rule', async () => {
    for (const [, parts] of oddParts) {
      const document = { ...plain, ...parts, id: web };
      expect(extractAtprotoData(await resolve(document, web))).toMatchObject({ aka: 'alice.test', pds });
    }
  });

  it.each([
    ['that is not JSON', '<!doctype html>'],
    ['that is a list', [plain]],
    ['without an id', { ...plain, id: undefined }],
    ['of another DID', { ...plain, id: 'did:plc:z72i7hdynmk6r22z27h6tvur' }],
  ])('fails if it is one %s', async (_, document) => {
    await expect(resolve(document)).rejects.toMatchObject({ code: 'AccountUnreachable' });
  });

  it('names the same PDS and handle whatever else it holds', async () => {
    const anything = fc.array(fc.jsonValue(), { maxLength: 4 });
    const other = fc.record({
      '@context': fc.jsonValue(),
      authentication: fc.jsonValue(),
      controller: fc.jsonValue(),
    });
    await fc.assert(
      fc.asyncProperty(anything, anything, anything, other, async (services, names, methods, members) => {
        const document = {
          ...members,
          id: plc,
          service: [...services, pds],
          alsoKnownAs: [...names, 'at://alice.test'],
          verificationMethod: [...methods, key],
        };
        expect(extractAtprotoData(await resolve(document))).toMatchObject({ aka: 'alice.test', pds, key });
      }),
      { numRuns: 200 },
    );
  });
});
