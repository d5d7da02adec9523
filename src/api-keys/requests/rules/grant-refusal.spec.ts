import { describe, expect, it } from '@jest/globals';
import { decideGrantRefusal } from './grant-refusal.ts';

describe('decideGrantRefusal', () => {
  it.each([
    ['atproto repo:a.b.c', 'atproto repo:a.b.c', undefined],
    ['atproto repo:a.b.c', 'atproto', undefined],
    ['atproto repo:a.b.c', 'atproto repo:a.b.c?action=create', undefined],
    ['atproto repo:a.b.c', 'repo:a.b.c', 'LoginRefused'],
    ['atproto', 'atproto transition:generic', 'ScopeExceeded'],
    ['atproto repo:a.b.c', 'atproto repo:*', 'ScopeExceeded'],
    ['atproto include:a.b.set', 'atproto repo:a.b.c rpc?lxm=a.b.d&aud=*', undefined],
    ['atproto include:a.b.set', 'atproto repo:a.c.d', 'ScopeExceeded'],
    ['atproto include:a.b.set', 'atproto transition:generic', 'ScopeExceeded'],
    ['atproto include:a.b.set', 'atproto account:email', 'ScopeExceeded'],
    ['atproto', 'atproto repo:a.b.c', 'ScopeExceeded'],
  ])('of %j and %j is %s', (asked, granted, code) => {
    expect(decideGrantRefusal(asked, granted)?.code).toBe(code);
  });
});
