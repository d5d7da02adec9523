import { afterEach, expect, it } from '@jest/globals';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { type ForeignIssuer, startForeignIssuer } from '../network/foreign-issuer.ts';
import { cookiesSetBy, problemOf, statusOfMe } from './answers.ts';

describeBroker(
  'an issuer that names a subject which is not its own',
  broker => {
    let issuer: ForeignIssuer | undefined;
    afterEach(() => issuer?.stop());

    it.each([
      ['an account of another server', (at: TestBroker) => accountOf(at, 'alice.test').did],
      ['an unknown DID', () => 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa' as const],
    ])('signs no browser in as %s, and its grant is revoked', async (_, subject) => {
      issuer = await startForeignIssuer(subject(broker()));
      const browser = broker().browser();
      const authorizeUrl = await browser.beginLogin(issuer.url);
      expect(authorizeUrl.href).toMatch(`${issuer.url}/authorize?`);

      const callback = issuer.authorize(authorizeUrl).toString();
      const page = await browser.open(`/oauth/callback?${callback}`, 'cross-site');
      expect(await problemOf(page)).toBe('LoginRefused');
      expect([issuer.given(), issuer.live()]).toEqual([1, 0]);
      expect(cookiesSetBy(page)).toEqual([]);
      expect(await statusOfMe(browser)).toBe(401);
      expect(await broker().database.selectFrom('oauth_session').selectAll().execute()).toEqual([]);
    });
  },
  { anyDatabase: true },
);
