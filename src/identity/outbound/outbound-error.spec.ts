import { expect, it } from '@jest/globals';
import { OutboundError, type OutboundFailure } from './outbound-error.ts';

it.each<[OutboundFailure, boolean, string]>([
  ['closed', false, 'ShuttingDown'],
  ['closed', true, 'UpstreamUnavailable'],
  ['timeout', true, 'UpstreamTimeout'],
  ['network', false, 'UpstreamUnavailable'],
])('has a code by which callers know what may have happened: %s, sent: %s', (reason, sent, code) => {
  expect(new OutboundError(reason, 'https://pds.test', sent).code).toBe(code);
});
