import { randomBytes } from 'node:crypto';

const MOST_PER_MILLISECOND = 0x1000;

const last = { time: 0, count: 0 };

/**
 * Returns a UUIDv7 that sorts after every earlier one of this process, also within a millisecond and after the clock was
 * set back (RFC 9562 section 6.2: a counter in `rand_a`, whose overflow advances the time).
 *
 * @param now milliseconds since 1970
 */
export function nextEventId(now: number): string {
  advance(now);
  const id = randomBytes(16);
  id.writeUIntBE(last.time, 0, 6);
  id.writeUInt16BE(0x7000 | last.count, 6);
  id.writeUInt8(0x80 | (id.readUInt8(8) & 0x3f), 8);
  return id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function advance(now: number): void {
  last.count = now > last.time ? 0 : last.count + 1;
  last.time = Math.max(now, last.time);
  if (last.count < MOST_PER_MILLISECOND) return;
  last.time += 1;
  last.count = 0;
}
