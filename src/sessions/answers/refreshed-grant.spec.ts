import { describe, expect, it } from '@jest/globals';
import type { RefreshedTokens } from '../../oauth/refresh/token-answer.ts';
import type { Session } from '../stored/session.ts';
import { toRefreshedGrant } from './refreshed-grant.ts';

const HOUR_MS = 60 * 60_000;

const session = { id: '0b6f1c9e-2d7a-4f61-9a0c-3f5f0e6f7a11', scope: 'atproto' } as unknown as Session;
const secrets = { accessToken: 'old', refreshToken: 'old refresh', dpopKey: { kty: 'EC' } };
const tokens: RefreshedTokens = {
  accessToken: 'new',
  refreshToken: 'new refresh',
  expiresInSeconds: 3600,
  scope: 'atproto transition:generic',
  sub: null,
  isUsable: true,
  odd: [],
};

describe('the grant of an answer', () => {
  it('has a life that counts from when the request was sent, however late the answer is stored', () => {
    const sentAt = new Date(Date.now() - 3 * HOUR_MS);
    const grant = toRefreshedGrant(session, secrets, { tokens, pds: 'https://pds.example', sentAt });
    expect(grant).toMatchObject({
      refreshedAt: sentAt,
      accessExpiresAt: new Date(sentAt.getTime() + HOUR_MS),
      pds: 'https://pds.example',
    });
    expect(grant.nextRefreshAt.getTime()).toBeLessThan(grant.accessExpiresAt.getTime());
  });

  it('keeps what the answer lacks', () => {
    const answer = { tokens: { ...tokens, refreshToken: null, scope: null }, pds: '', sentAt: new Date() };
    expect(toRefreshedGrant(session, secrets, answer)).toMatchObject({
      accessToken: 'new',
      refreshToken: 'old refresh',
      dpopKey: secrets.dpopKey,
      scope: 'atproto',
    });
  });
});
