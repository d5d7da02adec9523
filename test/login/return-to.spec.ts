import { expect, it } from '@jest/globals';
import { accountOf, describeBroker } from '../broker/test-broker.ts';
import { errorOf, problemOf } from './answers.ts';

const sibling = 'https://app.latchkey.internal';

describeBroker(
  'return_to',
  broker => {
    it.each([
      ['a path here', '/somewhere?tab=keys#top', '/somewhere?tab=keys#top'],
      ['an address at a listed origin', `${sibling}/deep?x=1`, `${sibling}/deep?x=1`],
    ])('leads a finished login to %s', async (_, returnTo, location) => {
      const browser = broker().browser();
      const page = await browser.beginLogin('alice.test', returnTo);
      const callback = await browser.authorize(page, accountOf(broker(), 'alice.test'));
      expect((await browser.openCallback(callback)).headers.get('location')).toBe(location);
    });

    it.each([
      'https://evil.test/',
      '//evil.test',
      '/\\evil.test',
      'https://app.latchkey.internal.evil.test/',
    ])('refuses %s before a login starts', async returnTo => {
      const browser = broker().browser();
      const query = new URLSearchParams({ identifier: 'alice.test', return_to: returnTo }).toString();
      expect(await problemOf(await browser.open(`/oauth/login?${query}`))).toBe('InvalidReturnTo');
      const answer = await browser.post('/oauth/login', { identifier: 'alice.test', return_to: returnTo });
      expect(await errorOf(answer)).toEqual({ status: 400, error: 'InvalidReturnTo' });
    });
  },
  { anyDatabase: true, settings: { LATCHKEY_ALLOWED_ORIGINS: sibling } },
);
