import { Writable } from 'node:stream';
import { Log } from '../../src/observability/log/log.ts';

/** A real log that keeps its lines instead of printing them. */
export function createQuietLog(lines: string[] = []): Log {
  return new Log(
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        lines.push(chunk.toString());
        done();
      },
    }),
  );
}
