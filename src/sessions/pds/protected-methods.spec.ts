import { expect, it } from '@jest/globals';
import { isServiceAuth, refuseProtectedMethod } from './protected-methods.ts';

it('recognises getServiceAuth in any case', () => {
  expect(isServiceAuth('com.atproto.server.GetServiceAuth')).toBe(true);
  expect(isServiceAuth('com.atproto.server.getSession')).toBe(false);
});

it.each(['com.atproto.server.deleteAccount', 'COM.atproto.server.getserviceauth'])('refuses %s', nsid => {
  expect(() => {
    refuseProtectedMethod(nsid);
  }).toThrow(expect.objectContaining({ code: 'ProtectedMethod' }));
});

it('lets every other method pass', () => {
  expect(() => {
    refuseProtectedMethod('com.atproto.server.getSession');
  }).not.toThrow();
});
