import { describe, expect, it } from '@jest/globals';
import { sessionSearch, toSessionQuery } from './session-search.ts';

describe("the operator's search for sessions", () => {
  it.each([
    [{}, {}],
    [{ q: '' }, {}],
    [{ q: ' did:plc:abc ' }, { did: 'did:plc:abc' }],
    [{ q: '@Alice.Test' }, { handle: 'alice.test' }],
    [
      { q: 'at://alice.test', status: 'active' },
      { handle: 'alice.test', status: 'active' },
    ],
    [{ status: 'troubled' }, { status: 'active', troubled: true }],
    [{ q: '\u200ealice.test\0' }, { handle: 'alice.test' }],
    [{ q: '\0' }, { handle: '' }],
    [{ status: 'nonsense', cursor: 'x' }, {}],
  ])('turns %j into the query %j', (typed, query) => {
    expect(toSessionQuery(sessionSearch.parse(typed))).toEqual(query);
  });
});
