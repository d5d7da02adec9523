import { describe, expect, it } from '@jest/globals';
import { missingRpcScope } from './rpc-scope.ts';

const lxm = 'app.bsky.feed.getTimeline';
const aud = 'did:web:api.example.com#bsky_appview';

describe('missingRpcScope', () => {
  it.each([
    ['atproto transition:generic', { lxm, aud }],
    ['atproto transition:generic', { lxm: '*', aud }],
    ['atproto transition:chat.bsky', { lxm: 'chat.bsky.convo.getLog', aud }],
    [`atproto rpc:${lxm}?aud=*`, { lxm, aud }],
    [`atproto rpc:${lxm}?aud=*`, { lxm, aud: 'did:web:api.example.com' }],
    [`atproto rpc:${lxm}?aud=did:web:api.example.com%23bsky_appview`, { lxm, aud }],
    ['atproto rpc:*?aud=did:web:api.example.com%23bsky_appview', { lxm: '*', aud }],
  ])('%s allows %j', (granted, call) => {
    expect(missingRpcScope(granted, call)).toBeUndefined();
  });

  it.each([
    ['atproto', { lxm, aud }, `rpc:${lxm}?aud=did:web:api.example.com%23bsky_appview`],
    [
      'atproto transition:generic',
      { lxm: 'chat.bsky.convo.getLog', aud: 'did:web:api.example.com' },
      'rpc:chat.bsky.convo.getLog?aud=*',
    ],
    [
      `atproto rpc:${lxm}?aud=did:web:other.example%23bsky_appview`,
      { lxm, aud },
      `rpc:${lxm}?aud=did:web:api.example.com%23bsky_appview`,
    ],
    [`atproto rpc:${lxm}?aud=*`, { lxm: '*', aud }, 'rpc:*?aud=did:web:api.example.com%23bsky_appview'],
    ['atproto', { lxm: '*', aud: 'did:web:api.example.com' }, 'transition:generic'],
  ])('%s does not allow %j, which needs %s', (granted, call, needed) => {
    expect(missingRpcScope(granted, call)).toBe(needed);
    expect(missingRpcScope(`${granted} ${needed}`, call)).toBeUndefined();
  });

  it.each(['include:com.example.basics', 'newkind:thing'])(
    'leaves the decision about %s to the PDS',
    part => {
      expect(missingRpcScope(`atproto ${part}`, { lxm, aud })).toBeUndefined();
    },
  );
});
