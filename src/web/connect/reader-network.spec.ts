import { expect, it } from '@jest/globals';
import { decideReaderNetwork } from './reader-network.ts';

it.each([
  ['127.0.0.1', '127.0.0.1', 'loopback', 'this-computer'],
  ['127.0.0.1', '127.0.0.1', 'confidential', 'unknown'],
  ['127.0.0.1', '81.2.69.142', 'confidential', 'unknown'],
  ['10.0.0.7', '10.0.0.7', 'confidential', 'unknown'],
  ['81.2.69.142', '81.2.69.142', 'confidential', 'same'],
  ['81.2.69.142', '81.2.69.143', 'confidential', 'other'],
  ['2a02:6b8:1:2::1', '2a02:6b8:1:2:ffff::9', 'confidential', 'same'],
  ['2a02:6b8:1:2::1', '2a02:6b8:1:3::1', 'confidential', 'other'],
  ['2a02:6b8:1:2::1', '81.2.69.142', 'confidential', 'unknown'],
  ['', '81.2.69.142', 'confidential', 'unknown'],
] as const)('a request from %s, read at %s by a %s client, is from: %s', (asked, reader, kind, network) => {
  const client = kind === 'loopback' ? { kind } : { kind, acceptedClientId: undefined };
  expect(decideReaderNetwork(asked, reader, { client })).toBe(network);
});
