import { describe, expect, it } from '@jest/globals';
import { decideReconnection } from './reconnection-rule.ts';

const scope = 'atproto repo:app.bsky.feed.post blob:image/*';
const session = { did: 'did:plc:alice', scope, askedScope: null } as const;

describe('decideReconnection', () => {
  it.each([
    [session.scope],
    ['atproto repo:app.bsky.feed.post'],
    ['blob:image/* atproto repo:app.bsky.feed.post'],
  ])('lets the same account take the session up with %j', scope => {
    expect(decideReconnection(session, { did: session.did, scope })).toBeUndefined();
  });

  it('lets it have all that its owner was asked for, be it more than it has, or what a set holds by now', () => {
    const asked = { ...session, scope: 'atproto', askedScope: `${scope} include:com.example.crate.basics` };
    const grant = { did: session.did, scope: `${scope} repo:com.example.crate.tag` };
    expect(decideReconnection(asked, grant)).toBeUndefined();
    expect(decideReconnection(session, grant)?.code).toBe('ScopeExceeded');
  });

  it('refuses another account', () => {
    expect(decideReconnection(session, { ...session, did: 'did:plc:bob' })?.code).toBe('WrongAccount');
  });

  it.each([
    ['atproto transition:generic'],
    [`${session.scope} repo:*`],
    ['atproto repo:app.bsky.feed.posts'],
  ])('refuses the grant %j, which opens more', scope => {
    expect(decideReconnection(session, { did: session.did, scope })?.code).toBe('ScopeExceeded');
  });
});
