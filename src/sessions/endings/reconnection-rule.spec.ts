import { describe, expect, it } from '@jest/globals';
import { decideReconnection } from './reconnection-rule.ts';

const scope = 'atproto repo:app.bsky.feed.post blob:image/*';
const session = { did: 'did:plc:alice', scope, askedScope: null } as const;

describe('decideReconnection', () => {
  it.each([
    [session.scope],
    ['atproto repo:app.bsky.feed.post'],
    ['blob:image/* atproto repo:app.bsky.feed.post'],
  ])('accepts a grant of the same account with %j', scope => {
    expect(decideReconnection(session, { did: session.did, scope })).toBeUndefined();
  });

  it('accepts all that the owner was asked for, even beyond the current scope or as a permission set expands today', () => {
    const asked = { ...session, scope: 'atproto', askedScope: `${scope} include:com.example.crate.basics` };
    const grant = { did: session.did, scope: `${scope} repo:com.example.crate.tag` };
    expect(decideReconnection(asked, grant)).toBeUndefined();
    expect(decideReconnection(session, grant)?.code).toBe('ScopeExceeded');
  });

  it('refuses a grant of another account', () => {
    expect(decideReconnection(session, { ...session, did: 'did:plc:bob' })?.code).toBe('WrongAccount');
  });

  it.each([
    ['atproto transition:generic'],
    [`${session.scope} repo:*`],
    ['atproto repo:app.bsky.feed.posts'],
  ])('refuses the grant %j, which exceeds the request', scope => {
    expect(decideReconnection(session, { did: session.did, scope })?.code).toBe('ScopeExceeded');
  });
});
