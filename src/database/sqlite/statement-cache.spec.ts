import { afterEach, describe, expect, it } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import { StatementCache } from './statement-cache.ts';

describe('StatementCache', () => {
  const handle = new Sqlite(':memory:');
  afterEach(() => {
    handle.close();
  });

  it('keeps the statements in use and forgets the one unused for longest', () => {
    const cache = new StatementCache(handle);
    const [unused, used] = [cache.prepare('select 1'), cache.prepare('select 2')];
    for (let n = 0; n < 199; n++) {
      cache.prepare(`select ${n} as other`);
      expect(cache.prepare('select 2')).toBe(used);
    }
    expect(cache.prepare('select 1')).not.toBe(unused);
  });
});
