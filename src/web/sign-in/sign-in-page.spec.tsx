import { describe, expect, it } from '@jest/globals';
import { renderToString } from 'preact-render-to-string';
import type { Did } from '../../database/tables/did.ts';
import { SignInPage } from './sign-in-page.tsx';
import type { SignInView } from './sign-in-view.ts';

const alice = { did: 'did:plc:alice', handle: 'alice.test' } as const;

function render(view: Partial<SignInView> = {}): string {
  return renderToString(SignInPage({ basePath: '', brokerName: 'Latchkey', goOn: '/account', ...view }));
}

describe('the sign-in page', () => {
  it('offers to sign in when no account is signed in', () => {
    const page = render();
    expect(page).toMatch(/<form method="post" action="\/oauth\/login"/);
    expect(page).not.toMatch(/logout|name="replace"|name="return_to"|role="alert"/);
  });

  it('names the signed-in account, and says that another one would sign it out', () => {
    const page = render({ account: alice });
    expect(page).toContain('<strong data-handle="true"><bdi>alice.test</bdi></strong>');
    expect(page).toMatch(/<form method="post" action="\/oauth\/logout"/);
    expect(page).toMatch(/signs alice\.test out/);
    expect(page).not.toContain('name="replace"');
  });

  it('asks before another account replaces the signed-in one', () => {
    for (const problem of [undefined, 'AlreadySignedIn']) {
      const page = render({ account: alice, identifier: 'bob.test', returnTo: '/app', problem });
      expect(page).toContain('<h1>Continue as bob.test?</h1>');
      expect(page).toMatch(/name="identifier" value="bob\.test".*name="replace" value="yes"/);
      expect(page).toContain('name="return_to" value="/app"');
      expect(page).toContain('Stay signed in as alice.test');
    }
  });

  it('asks nothing if the account is already signed in', () => {
    for (const identifier of [
      'alice.test',
      '@Alice.Test',
      alice.did,
      'https://bsky.app/profile/alice.test',
    ]) {
      const page = render({ account: alice, identifier, goOn: '/app' });
      expect(page).toContain('<a class="button" href="/app">Continue</a>');
      expect(page).not.toContain('name="replace"');
    }
  });

  it('asks the signed-in account, and no other, to review missing permissions', () => {
    const asked = { identifier: alice.did, prompt: 'consent' } as const;
    const page = render({ account: alice, returnTo: '/app', goOn: '/app', ...asked });
    expect(page).toMatch(
      /value="did:plc:alice".*name="prompt" value="consent".*value="\/app".*Review permissions/s,
    );
    expect(page).toContain('<a class="button secondary" href="/app">Not now</a>');
    for (const account of [undefined, { ...alice, did: 'did:plc:bob' } as const])
      expect(render({ account, ...asked })).not.toContain('Review permissions');
    for (const account of [undefined, { ...alice, did: 'did:plc:bob' } as const])
      expect(render({ account, ...asked })).toContain('name="prompt" value="consent"');
  });

  it('shows the DID of an account without a handle', () => {
    expect(render({ account: { ...alice, handle: null } })).toContain(
      '<strong data-handle="true"><bdi>did:plc:alice</bdi></strong>',
    );
  });

  it('folds the second form up until it has failed', () => {
    expect(render({ account: alice })).not.toContain('<details open');
    expect(render({ account: alice, problem: 'InvalidIdentifier' })).toContain('<details open');
  });

  it('marks the field only if the problem is about it', () => {
    expect(render({ problem: 'InvalidIdentifier' })).toMatch(
      /aria-invalid="true" aria-describedby="problem /,
    );
    expect(render({ problem: 'LoginCancelled' })).toContain('aria-invalid="false"');
  });

  it('says what is wrong with a name, and offers the nearest right one', () => {
    const problem = 'InvalidIdentifier';
    const page = render({ problem, identifier: 'Alice', returnTo: '/app' });
    expect(page).toContain('A handle has a dot in it');
    expect(page).toContain(
      '<a href="/?identifier=alice.bsky.social&amp;return_to=%2Fapp">alice.bsky.social</a>?',
    );
    expect(render({ problem, identifier: '+1 555 123 4567' })).toContain('That is a phone number.');
    expect(render({ problem, identifier: 'alice.test' })).toContain('Enter a handle with a dot in it');
  });

  it('keeps the address to go back to, and says what the person signs in to', () => {
    const page = render({ returnTo: '/a?b=c' });
    expect(page).toContain('<input type="hidden" name="return_to" value="/a?b=c"/>');
    expect(page).toContain('<h1>Sign in to Latchkey</h1>');
    const elsewhere = render({ returnTo: 'https://app.example/x', site: 'app.example' });
    expect(elsewhere).toContain('<h1>Sign in to app.example</h1>');
    expect(elsewhere).toContain('app.example uses Latchkey to sign you in.');
    // An address that is not allowed is no promise.
    expect(render({ returnTo: 'https://evil.example/x' })).not.toContain('<h1>Sign in to evil');
  });

  it('says why the last sign-in ended, and that a person signed out', () => {
    expect(render({ end: 'lifetime' })).toMatch(
      /data-note="ended-lifetime".*You were signed out.*limits how long/s,
    );
    expect(render({ end: 'elsewhere' })).toContain('signed it out from another one');
    expect(render({ done: 'signed-out' })).toContain('You’re signed out. Programs');
  });

  it('asks for no sign-in after a reconnection', () => {
    const page = render({ done: 'reconnected' });
    expect(page).toContain('<h1>Connected again</h1>');
    expect(page).not.toContain('<form');
    expect(render({ done: 'reconnected', problem: 'WrongAccount' })).toContain('name="identifier"');
  });

  it('links to the operator’s pages, and says nothing of those that are not set', () => {
    const links = { termsUrl: 'https://latchkey.example/terms', hasLogo: true };
    const page = render(links);
    expect(page).toContain('<a href="https://latchkey.example/terms" rel="terms-of-service noreferrer">');
    expect(page).toContain('src="/assets/logo"');
    expect(page).not.toContain('Privacy policy');
    expect(render()).not.toContain('<footer');
  });

  it('shows only the success messages that it knows', () => {
    expect(render({ done: 'reconnected' })).toContain('connected again');
    for (const done of ['nonsense', 'constructor', '__proto__'])
      expect(render({ done })).not.toContain('data-note');
  });

  it('has all its links below the base path', () => {
    const page = render({ basePath: '/broker', account: alice, goOn: '/broker/account' });
    const addresses = [...page.matchAll(/(?:href|action|src)="([^"]*)"/g)].map(([, address]) => address);
    expect(addresses.length).toBeGreaterThan(6);
    for (const address of addresses) expect(address).toMatch(/^(\/broker\/|#main$)/);
  });

  it('escapes all values from outside', () => {
    const evil = '"><script>alert(1)</script>';
    const outside = { brokerName: evil, returnTo: evil, problem: evil, done: evil };
    for (const identifier of [evil, undefined])
      for (const account of [{ did: evil as Did, handle: evil }, undefined]) {
        const page = render({ ...outside, account, identifier });
        expect(page).not.toMatch(/<script>/);
        expect(page).not.toContain('value="">');
      }
  });
});
