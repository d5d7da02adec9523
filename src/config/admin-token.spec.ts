import { describe, expect, it } from '@jest/globals';
import { readAdminToken } from './admin-token.ts';

describe('readAdminToken', () => {
  it('needs no other setting, and does not mind wrong ones', () => {
    const token = '0123456789abcdef'.repeat(4);
    expect(readAdminToken({ LATCHKEY_ADMIN_TOKEN: token, LATCHKEY_LISTEN: 'nowhere' })).toBe(token);
  });

  it.each([
    [{}, 'is not set'],
    [{ LATCHKEY_ADMIN_TOKEN: 'short' }, 'must have at least 32 characters'],
    [{ LATCHKEY_ADMIN_TOKEN: '' }, 'is empty'],
  ])('names the remedy for %j', (environment, message) => {
    expect(() => readAdminToken(environment)).toThrow(`LATCHKEY_ADMIN_TOKEN ${message}`);
  });
});
