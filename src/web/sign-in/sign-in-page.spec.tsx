import { describe, expect, it } from '@jest/globals';
import { renderToString } from 'preact-render-to-string';
import { SignInPage, type SignInView } from './sign-in-page.tsx';

const alice = { did: 'did:plc:alice', handle: 'alice.test' };

function render(view: Partial<SignInView> = {}): string {
  return renderToString(SignInPage({ basePath: '', brokerName: 'Latchkey', goOn: '/account', ...view }));
}

describe('the sign-in page', () => {
  it('offers to sign in, and takes nobody for signed in', () => {
    const page = render();
    expect(page).toMatch(/<form method="post" action="\/oauth\/login"/);
    expect(page).not.toMatch(/logout|name="replace"|name="return_to"|role="alert"/);
  });

  it('tells who is signed in, and asks before it replaces them', () => {
    const page = render({ account: alice });
    expect(page).toContain('<strong data-handle="true">alice.test</strong>');
    expect(page).toMatch(/<form method="post" action="\/oauth\/logout"/);
    expect(page).toMatch(/signs alice\.test out.*name="replace" value="yes"/);
  });

  it('shows the DID of an account without a handle', () => {
    expect(render({ account: { ...alice, handle: null } })).toContain(
      '<strong data-handle="true">did:plc:alice</strong>',
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

  it('keeps where the person wanted to go', () => {
    expect(render({ returnTo: '/a?b=c' })).toContain(
      '<input type="hidden" name="return_to" value="/a?b=c"/>',
    );
  });

  it('lives below its base path', () => {
    const page = render({ basePath: '/broker', account: alice });
    const addresses = [...page.matchAll(/(?:href|action)="([^"]*)"/g)].map(([, address]) => address);
    expect(addresses).toEqual(['/broker/assets/latchkey.css', '/broker/oauth/logout', '/broker/oauth/login']);
  });

  it('escapes whatever comes from outside', () => {
    const evil = '"><script>alert(1)</script>';
    const page = render({
      brokerName: evil,
      account: { did: evil, handle: evil },
      identifier: evil,
      returnTo: evil,
      problem: evil,
    });
    expect(page).not.toContain('<script');
    expect(page).not.toContain('value="">');
  });
});
