import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Config } from '../config/config.ts';
import { Keyring } from '../crypto/keyring.ts';
import { SealedBox } from '../crypto/sealed-box.ts';
import { SpoolDirectory } from '../leases/spools/spool-directory.service.ts';
import { Degradations } from '../observability/degradations.ts';
import { Log } from '../observability/log/log.ts';
import { Metrics } from '../observability/metrics/metrics.ts';
import { HighWaterFile } from './high-water-file.ts';
import { HighWater } from './high-water.service.ts';
import { Marks } from './marks.ts';

const JOURNAL = 'high-water.sqlite';

type Facts = { generation: number };

const root = mkdtempSync(join(tmpdir(), 'latchkey-high-water-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});

const [oldKey, newKey] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)] as const;

function open({ directory = mkdtempSync(join(root, 'spool-')), keys = [oldKey] } = {}) {
  const lines: string[] = [];
  const log = new Log({ write: line => lines.push(line) });
  const box = new SealedBox(new Keyring(keys));
  const metrics = new Metrics(log);
  const degradations = new Degradations(metrics);
  const spoolDirectory = new SpoolDirectory({ spoolDirectory: directory } as unknown as Config);
  const highWater = new HighWater(spoolDirectory, box, metrics, degradations, log);
  const marks = new Marks<Facts, string>(highWater, {
    name: 'session',
    isNewer: (found, own) => found.generation > (own?.generation ?? 0),
  });
  const close = (): void => {
    highWater.onApplicationShutdown();
    spoolDirectory.release();
  };
  return { directory, slot: spoolDirectory.path, lines, close, marks, degradations };
}

describe('the high-water journal', () => {
  it('remembers the newest mark, before and after it is written, and after a restart', () => {
    const first = open();
    first.marks.note('a', { generation: 1 }, 'tokens');
    first.marks.note('a', { generation: 2 }, 'newer tokens');
    expect(first.marks.find('a')).toEqual({ generation: 2 });
    expect(first.marks.open('a')).toBe('newer tokens');
    first.close();
    const second = open(first);
    expect(second.marks.find('a')).toEqual({ generation: 2 });
    expect(second.marks.open('a')).toBe('newer tokens');
    expect(second.marks.find('b')).toBeUndefined();
    expect(second.lines).toEqual([]);
    second.close();
  });

  it('opens no content whose facts or id were edited', () => {
    const first = open();
    first.marks.note('a', { generation: 1 }, 'tokens');
    first.marks.note('b', { generation: 1 }, 'other tokens');
    first.close();
    const file = HighWaterFile.open(join(first.slot, JOURNAL));
    const [a, b] = file.listAfter('session', '', 10);
    if (!a || !b) throw new Error('the marks were not written');
    file.write([
      { ...a, facts: '{"generation":9}' },
      { ...b, sealed: a.sealed },
    ]);
    file.close();
    const second = open(first);
    expect(second.marks.find('a')).toEqual({ generation: 9 });
    expect(second.marks.open('a')).toBeUndefined();
    expect(second.marks.open('b')).toBeUndefined();
    expect(second.lines.some(line => line.includes('"alarm":true'))).toBe(true);
    second.close();
  });

  it('holds no content in the clear', () => {
    const { marks, close, slot } = open();
    marks.note('a', { generation: 1 }, 'a-refresh-token');
    close();
    const file = HighWaterFile.open(join(slot, JOURNAL));
    expect(JSON.stringify(file.listAfter('session', '', 10))).not.toContain('a-refresh-token');
    file.close();
  });

  it('is sealed again with the current key, so that the old one can be taken away', () => {
    const first = open();
    first.marks.note('a', { generation: 1 }, 'tokens');
    first.close();
    const second = open({ ...first, keys: [newKey, oldKey] });
    second.marks.tidy();
    second.close();
    const third = open({ ...first, keys: [newKey] });
    expect(third.marks.open('a')).toBe('tokens');
    third.close();
  });

  it('keeps the facts of a mark whose key was taken away', () => {
    const first = open();
    first.marks.note('a', { generation: 1 }, 'tokens');
    first.close();
    const second = open({ ...first, keys: [newKey] });
    second.marks.tidy();
    expect(second.marks.find('a')).toEqual({ generation: 1 });
    expect(second.marks.open('a')).toBeUndefined();
    second.close();
  });

  it('drops marks that are too old', () => {
    const first = open();
    first.marks.note('a', { generation: 1 }, 'tokens');
    first.close();
    const second = open(first);
    second.marks.tidy(60_000);
    expect(second.marks.listAfter('', 10)).toHaveLength(1);
    second.marks.tidy(-1);
    expect(second.marks.listAfter('', 10)).toHaveLength(0);
    second.close();
  });

  it('begins anew after damage, with an alarm, and keeps the damaged file', () => {
    const { marks, close, slot, directory, lines } = open();
    writeFileSync(
      join(slot, JOURNAL),
      'this is no database, and long enough to be read as the header of one '.repeat(100),
    );
    expect(marks.find('a')).toBeUndefined();
    marks.note('a', { generation: 1 }, 'tokens');
    close();
    expect(lines.filter(line => line.includes('high-water journal failed'))).toHaveLength(1);
    expect(readdirSync(slot)).toContain('high-water.sqlite.damaged');
    const second = open({ directory });
    expect(second.marks.open('a')).toBe('tokens');
    second.close();
  });

  it('counts in memory while its directory cannot be written', () => {
    const { marks, close, slot, lines, degradations } = open();
    rmSync(slot, { recursive: true });
    marks.note('a', { generation: 1 }, 'tokens');
    expect(marks.find('a')).toEqual({ generation: 1 });
    expect(marks.open('a')).toBe('tokens');
    close();
    expect(lines.filter(line => line.includes('high-water journal failed'))).toHaveLength(1);
    expect(degradations.list()).toEqual(['high_water_journal']);
  });

  it('is written again after it was deleted', () => {
    const first = open();
    first.marks.note('a', { generation: 1 }, 'tokens');
    first.close();
    const second = open(first);
    expect(second.marks.open('a')).toBe('tokens');
    rmSync(join(second.slot, JOURNAL));
    second.marks.tidy();
    expect(existsSync(join(second.slot, JOURNAL))).toBe(true);
    expect(second.lines.some(line => line.includes('was deleted'))).toBe(true);
    second.close();
    const third = open(first);
    expect(third.marks.open('a')).toBe('tokens');
    third.close();
  });
});
