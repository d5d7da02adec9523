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
  it('offers to sign in, and takes nobody for signed in', () => {
    const page = render();
    expect(page).toMatch(/<form method="post" action="\/oauth\/login"/);
    expect(page).not.toMatch(/logout|name="replace"|name="return_to"|role="alert"/);
  });

  it('tells who is signed in, and that another account would sign them out', () => {
    const page = render({ account: alice });
    expect(page).toContain('<strong data-handle="true"><bdi>alice.test</bdi></strong>');
    expect(page).toMatch(/<form method="post" action="\/oauth\/logout"/);
    expect(page).toMatch(/signs alice\.test out/);
    expect(page).not.toContain('name="replace"');
  });

  it('asks before another account takes the place of the one that is signed in', () => {
    for (const problem of [undefined, 'AlreadySignedIn']) {
      const page = render({ account: alice, identifier: 'bob.test', returnTo: '/app', problem });
      expect(page).toContain('<h1>Continue as bob.test?</h1>');
      expect(page).toMatch(/name="identifier" value="bob\.test".*name="replace" value="yes"/);
      expect(page).toContain('name="return_to" value="/app"');
      expect(page).toContain('Stay signed in as alice.test');
    }
  });

  it('asks nothing where the account is signed in already', () => {
    for (const identifier of ['alice.test', '@Alice.Test', alice.did]) {
      const page = render({ account: alice, identifier, goOn: '/app' });
      expect(page).toContain('<a class="button" href="/app">Continue</a>');
      expect(page).not.toContain('name="replace"');
    }
  });

  it('asks who is signed in to look at the permissions that are missing, and nobody else as them', () => {
    const asked = { identifier: alice.did, prompt: 'consent' } as const;
    const page = render({ account: alice, returnTo: '/app', goOn: '/app', ...asked });
    expect(page).toMatch(
      /value="did:plc:alice".*name="prompt" value="consent".*value="\/app".*Look at the permissions/s,
    );
    expect(page).toContain('<a class="button secondary" href="/app">Not now</a>');
    for (const account of [undefined, { ...alice, did: 'did:plc:bob' } as const])
      expect(render({ account, ...asked })).not.toContain('Look at the permissions');
    for (const account of [undefined, { ...alice, did: 'did:plc:bob' } as const])
      expect(render({ account, ...asked })).toContain('name="prompt" value="consent"');
  });

  it('shows the DID of an account without a handle', () => {
    expect(render({ account: { ...alice, handle: null } })).toContain(
      '<strong data-handle="true"><bdi>did:plc:alice</bdi></strong>',
    );
  });

  it('folds the second form up until it was tried', () => {
    expect(render({ account: alice })).not.toContain('<details open');
    expect(render({ account: alice, problem: 'InvalidIdentifier' })).toContain('<details open');
  });

  it('marks the field only where the problem is about it', () => {
    expect(render({ problem: 'InvalidIdentifier' })).toMatch(
      /aria-invalid="true" aria-describedby="problem /,
    );
    expect(render({ problem: 'LoginCancelled' })).toContain('aria-invalid="false"');
  });

  it('keeps where the person wanted to go, and says so where that is another site', () => {
    const page = render({ returnTo: '/a?b=c' });
    expect(page).toContain('<input type="hidden" name="return_to" value="/a?b=c"/>');
    expect(page).not.toContain('Afterwards');
    expect(render({ returnTo: 'https://app.example/x' })).toContain('Afterwards you go back to app.example.');
  });

  it('says what was done only in words that it has', () => {
    expect(render({ done: 'reconnected' })).toContain('connected again');
    for (const done of ['nonsense', 'constructor', '__proto__'])
      expect(render({ done })).not.toContain('role="status" class="note"');
  });

  it('lives below its base path', () => {
    const page = render({ basePath: '/broker', account: alice, goOn: '/broker/account' });
    const addresses = [...page.matchAll(/(?:href|action|src)="([^"]*)"/g)].map(([, address]) => address);
    expect(addresses.length).toBeGreaterThan(6);
    for (const address of addresses) expect(address).toMatch(/^(\/broker\/|#main$)/);
  });

  it('escapes whatever comes from outside', () => {
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
