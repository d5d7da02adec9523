import { expect, it } from '@jest/globals';
import { withOptionNames } from './option-names.ts';

const names = {
  name: '<name>',
  clientId: '--client-id',
  metadata: '--metadata',
  'attestation.header': '--attestation-header',
  limitPerMinute: '--limit',
};

it.each([
  [
    'clientId or metadata is missing. Give one of the two.',
    '--client-id or --metadata is missing. Give one of the two.',
  ],
  [
    'name must be short. limitPerMinute must be at least 1.',
    '<name> must be short. --limit must be at least 1.',
  ],
  ['attestation.header must be the name of a header.', '--attestation-header must be the name of a header.'],
  ['metadata.redirectUris[0] must be a URL.', '--metadata: redirectUris[0] must be a URL.'],
  [
    'metadata.clientName is missing. Example: "clientId is".',
    '--metadata: clientName is missing. Example: "clientId is".',
  ],
  ['The body must be an object.', 'The body must be an object.'],
  ['nameless is not known here. Remove it.', 'nameless is not known here. Remove it.'],
])('says of %j on the command line: %s', (message, told) => {
  expect(withOptionNames(message, names)).toBe(told);
});

it('leaves a message alone if nothing has another name', () => {
  expect(withOptionNames('name is missing.', {})).toBe('name is missing.');
});
