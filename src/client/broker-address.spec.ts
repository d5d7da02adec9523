import { expect, it } from '@jest/globals';
import { readBrokerAddress } from './broker-address.ts';

it.each([
  ['https://latchkey.example.org', 'https://latchkey.example.org'],
  ['https://app.example.org/latchkey/', 'https://app.example.org/latchkey'],
  ['http://127.0.0.1:8787/', 'http://127.0.0.1:8787'],
  ['http://[::1]:8787', 'http://[::1]:8787'],
  ['http://localhost:8787?x#y', 'http://localhost:8787'],
])('reads %s', (broker, address) => {
  expect(readBrokerAddress(broker)).toBe(address);
});

it.each([
  ['', 'empty'],
  ['latchkey.example.org', 'must be a URL'],
  ['http://latchkey.example.org', 'must begin with https://'],
  ['http://127.0.0.1.example.org', 'must begin with https://'],
  ['file:///latchkey', 'must begin with https://'],
  ['https://alice:secret@latchkey.example.org', 'must not contain a user name'],
])('refuses "%s"', (broker, problem) => {
  expect(() => readBrokerAddress(broker)).toThrow(problem);
});
