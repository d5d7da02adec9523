import { schemas } from '@atproto/api';
import { describe, expect, it } from '@jest/globals';
import { lowerCaseNsids } from './method-names.ts';
import { passingMethods } from './passing-methods.ts';
import { isServiceAuth, refuseProtectedMethod, refuseProtectedTokenMethod } from './protected-methods.ts';
import { refusedMethods } from './refused-methods.ts';

const CALLABLE = ['query', 'procedure', 'subscription'];

const installed = schemas
  .filter(({ defs }) => CALLABLE.includes((defs as { main?: { type: string } }).main?.type ?? ''))
  .map(({ id }) => id.toLowerCase());
const passing = lowerCaseNsids(passingMethods);
const refused = lowerCaseNsids(refusedMethods);

const isRefused = (refuse: (nsid: string) => void, nsid: string): boolean => {
  try {
    refuse(nsid);
    return false;
  } catch (error) {
    expect(error).toMatchObject({ code: 'ProtectedMethod', message: expect.stringContaining(nsid) });
    return true;
  }
};

describe('the lists of methods', () => {
  it('decide about every method of the installed lexicons: put the missing ones into one of the two', () => {
    expect(installed.length).toBeGreaterThan(300);
    expect(installed.filter(id => !passing.has(id) && !refused.has(id))).toEqual([]);
  });

  it('decide about no method twice, and let none pass that is not installed', () => {
    expect([...passing].filter(id => refused.has(id) || !installed.includes(id))).toEqual([]);
  });

  it.each(['com.atproto.admin.', 'com.atproto.temp.revoke', 'chat.bsky.actor.deleteaccount'])(
    'refuse everything that begins with %s',
    prefix => {
      const all = installed.filter(id => id.startsWith(prefix));
      expect(all.length).toBeGreaterThan(0);
      expect(all.filter(id => !refused.has(id))).toEqual([]);
    },
  );
});

it('recognises getServiceAuth in any case', () => {
  expect(isServiceAuth('com.atproto.server.GetServiceAuth')).toBe(true);
  expect(isServiceAuth('com.atproto.server.getSession')).toBe(false);
});

it.each([
  'com.atproto.server.deleteAccount',
  'COM.atproto.server.getserviceauth',
  'com.atproto.identity.updateHandle',
  'com.atproto.repo.IMPORTrepo',
  'com.atproto.server.reserveSigningKey',
  'com.atproto.temp.checkSignupQueue',
  'com.atproto.server.newerThanThisBroker',
  'Com.Atproto.Admin.newerThanThisBroker',
  'com.atproto.identity.newerThanThisBroker',
  'com.atproto.temp.newerThanThisBroker',
  'com.atproto.newerThanThisBroker',
  'com.atproto.newer.thanThisBroker',
  'com.atproto.server.deep.deleteAccount',
])('refuses a call and a token for %s', nsid => {
  expect([isRefused(refuseProtectedMethod, nsid), isRefused(refuseProtectedTokenMethod, nsid)]).toEqual([
    true,
    true,
  ]);
});

it.each([
  ['com.atproto.server.getSession', true],
  ['COM.atproto.server.GETSESSION', true],
  ['com.atproto.server.describeServer', false],
  ['com.atproto.identity.resolveHandle', false],
  ['com.atproto.repo.newerThanThisBroker', false],
  ['com.atproto.repo.createRecord', false],
  ['com.atprotocol.server.anything', false],
  ['com.example.admin.deleteAccount', false],
  ['social.coves.feed.newerThanThisBroker', false],
  ['app.bsky.newerThanThisBroker', false],
])('passes a call of %s. Refuses a token for it: %s', (nsid, isTokenRefused) => {
  expect(isRefused(refuseProtectedMethod, nsid)).toBe(false);
  expect(isRefused(refuseProtectedTokenMethod, nsid)).toBe(isTokenRefused);
});
