import { describe, expect, it } from '@jest/globals';
import type { ErrorCode } from '../../src/errors/error-code.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import { movingClock } from './clock.ts';
import { cookiesSetBy, errorOf, problemOf, statusOfMe } from './answers.ts';

type Refusal = {
  what: string;
  /** Opens the callback of the PDS. */
  spoil: (callback: URL) => void;
  problem: ErrorCode;
  status: number;
};

const set = (name: string, value: string) => (callback: URL) => {
  callback.searchParams.set(name, value);
};
const remove = (name: string) => (callback: URL) => {
  callback.searchParams.delete(name);
};
const fail = (error: string) => (callback: URL) => {
  callback.searchParams.delete('code');
  callback.searchParams.set('error', error);
};

const refusals: Refusal[] = [
  { what: 'another issuer', spoil: set('iss', 'http://evil.test'), problem: 'LoginRefused', status: 400 },
  { what: 'no issuer', spoil: remove('iss'), problem: 'LoginRefused', status: 400 },
  { what: 'no state', spoil: remove('state'), problem: 'LoginRefused', status: 400 },
  { what: 'an unknown state', spoil: set('state', 'x'), problem: 'LoginExpired', status: 400 },
  { what: 'no code', spoil: remove('code'), problem: 'LoginRefused', status: 400 },
  { what: 'a wrong code', spoil: set('code', `cod-${'0'.repeat(64)}`), problem: 'LoginRefused', status: 400 },
  { what: "the server's error", spoil: fail('server_error'), problem: 'IssuerUnavailable', status: 503 },
  { what: "the person's no", spoil: fail('access_denied'), problem: 'LoginCancelled', status: 400 },
];

/** Opens it like a browser, and like a program. */
const asPerson = (browser: BrowserClient, { pathname, search }: URL): Promise<Response> =>
  browser.open(pathname + search, 'cross-site');
const asProgram = (browser: BrowserClient, { pathname, search }: URL): Promise<Response> =>
  browser.get(pathname + search);

describeBroker('a callback', broker => {
  refusesWhatIsSpoilt(broker);
  refusesWhatIsLate(broker);
  refusesOtherBrowsers(broker);
});

/** Returns a browser with an authorized login, before the callback. */
async function authorized(broker: TestBroker): Promise<{ browser: BrowserClient; callback: URL }> {
  const browser = broker.browser();
  const callback = await browser.authorize(
    await browser.beginLogin('alice.test'),
    accountOf(broker, 'alice.test'),
  );
  return { browser, callback };
}

async function countSessions({ database }: TestBroker): Promise<unknown> {
  return (await database.selectFrom('oauth_session').select('id').execute()).length;
}

function refusesWhatIsSpoilt(broker: () => TestBroker): void {
  it.each(refusals)('with $what fails as $problem, without a session', async ({ spoil, problem, status }) => {
    const sessions = await countSessions(broker());
    const [person, program] = await Promise.all([authorized(broker()), authorized(broker())]);
    for (const { callback } of [person, program]) spoil(callback);

    const page = await asPerson(person.browser, person.callback);
    expect(await problemOf(page)).toBe(problem);
    expect(cookiesSetBy(page)).toEqual([]);
    const answer = await asProgram(program.browser, program.callback);
    expect(await errorOf(answer)).toEqual({ status, error: problem });
    expect(cookiesSetBy(answer)).toEqual([]);

    expect(await statusOfMe(person.browser)).toBe(401);
    expect(await countSessions(broker())).toBe(sessions);
  });

  it('that reports a denied consent shows that, and changes nothing', async () => {
    const browser = broker().browser();
    const alice = accountOf(broker(), 'alice.test');
    const callback = await browser.authorize(await browser.beginLogin('alice.test'), alice, {
      decision: 'deny',
    });
    const page = await asPerson(browser, callback);
    expect(await problemOf(page)).toBe('LoginCancelled');
    const shown = await browser.open(page.headers.get('location') ?? '');
    expect(await shown.text()).toContain('You didn’t give permission');
  });
}

function refusesWhatIsLate(broker: () => TestBroker): void {
  describe('after its time limit', () => {
    const clock = movingClock();

    it('fails as an expired login', async () => {
      const { browser, callback } = await authorized(broker());
      clock.advance({ minutes: 15 });
      expect(await problemOf(await asPerson(browser, callback))).toBe('LoginExpired');
      expect(await statusOfMe(browser)).toBe(401);
    });
  });

  it('works once, and leaves its session alone when it is opened again', async () => {
    const { browser, callback } = await authorized(broker());
    expect(await problemOf(await asPerson(browser, callback))).toBeUndefined();
    const sessions = await countSessions(broker());
    const again = await asPerson(browser, callback);
    expect([again.status, again.headers.get('location')]).toEqual([303, '/']);
    expect(cookiesSetBy(again)).toEqual([]);
    expect(await statusOfMe(browser)).toBe(200);
    expect(await countSessions(broker())).toBe(sessions);
    await browser.post('/oauth/logout', {});
    expect(await problemOf(await asPerson(browser, callback))).toBe('LoginExpired');
  });

  it('leads to its return_to again, and only in its own browser and for its own state', async () => {
    const browser = broker().browser();
    const login = await browser.beginLogin('alice.test', '/account?x=1');
    const callback = await browser.authorize(login, accountOf(broker(), 'alice.test'));
    for (let time = 0; time < 3; time++) {
      const answer = await asPerson(browser, callback);
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/account?x=1']);
    }
    const other = broker().browser();
    await other.login('bob.test', accountOf(broker(), 'bob.test'));
    expect(await problemOf(await asPerson(other, callback))).toBe('LoginExpired');
    const foreign = new URL(callback);
    foreign.searchParams.set('state', 'x');
    expect(await problemOf(await asPerson(browser, foreign))).toBe('LoginExpired');
  });

  it('works once even if it is opened twice at the same moment', async () => {
    const sessions = await countSessions(broker());
    const { browser, callback } = await authorized(broker());
    const pages = await Promise.all([asPerson(browser, callback), asPerson(browser, callback)]);
    const problems = await Promise.all(pages.map(problemOf));
    expect(problems.sort()).toEqual(['LoginExpired', undefined]);
    expect(await countSessions(broker())).toBe(Number(sessions) + 1);
    expect(await statusOfMe(browser)).toBe(200);
  });
}

function refusesOtherBrowsers(broker: () => TestBroker): void {
  it.each([
    ['has never been here', async () => Promise.resolve(broker().browser())],
    [
      'has begun a login of its own',
      async () => {
        const browser = broker().browser();
        await browser.beginLogin('bob.test');
        return browser;
      },
    ],
  ])('opened in a browser that %s is refused there, and still works in the right one', async (_, other) => {
    const { browser, callback } = await authorized(broker());
    const stranger = await other();
    const page = await asPerson(stranger, callback);
    expect(await problemOf(page)).toBe('LoginFromAnotherBrowser');
    expect(cookiesSetBy(page)).toEqual([]);
    const answer = await asProgram(stranger, callback);
    expect(await errorOf(answer)).toEqual({ status: 403, error: 'LoginFromAnotherBrowser' });
    expect(await statusOfMe(stranger)).toBe(401);

    expect(await problemOf(await asPerson(browser, callback))).toBeUndefined();
    expect(await statusOfMe(browser)).toBe(200);
  });
}
