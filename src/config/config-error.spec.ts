import { describe, expect, it } from '@jest/globals';
import { ConfigError } from './config-error.ts';
import { readConfig } from './config.ts';
import type { Environment } from './parse-environment.ts';

function refusal(environment: Environment): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('the message of a refused configuration', () => {
  it('names all the problems at once, contradictions and unknown names among them', () => {
    const message = refusal({
      LATCHKEY_PUBLIC_URL: 'http://localhost:80/x',
      LATCHKEY_LISTEN: 'localhost:80',
      LATCHKEY_DATABASE_URL: 'postgres://u:p@db/x',
      LATCHKEY_ALLOWED_ORIGINS: '*',
      LATCHKEY_PLC_URL: 'http://plc.your-domain.net',
      LATCHKEY_LISTN: 'x',
    });
    const [title, ...lines] = message.split('\n');
    expect(title).toBe('these settings need a change:');
    expect(lines.map(line => line.trim().split(' ')[0])).toEqual([
      'LATCHKEY_PUBLIC_URL',
      'LATCHKEY_PUBLIC_URL',
      'LATCHKEY_LISTEN',
      'LATCHKEY_ALLOWED_ORIGINS',
      'LATCHKEY_LISTN',
      'LATCHKEY_ENCRYPTION_KEYS',
      'LATCHKEY_PLC_URL',
    ]);
  });

  it.each<[string, Environment]>([
    ['a database password', { LATCHKEY_DATABASE_URL: 'mysql://u:hunter2hunter2@db/x' }],
    ['a token', { LATCHKEY_ADMIN_TOKEN: 'hunter2hunter2' }],
    ['a key', { LATCHKEY_ENCRYPTION_KEYS: 'hunter2hunter2' }],
    ['credentials in a URL', { LATCHKEY_PUBLIC_URL: 'https://u:hunter2hunter2@your-domain.net/x' }],
  ])('never repeats %s', (_, environment) => {
    const message = refusal(environment);
    expect(message).toContain(String(Object.keys(environment)[0]));
    expect(message).not.toContain('hunter2');
  });
});
