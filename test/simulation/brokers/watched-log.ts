import { Log } from '../../../src/observability/log/log.ts';

/** The log of a broker, as objects. `onLine` gets each line with its time. */
export function watchedLog(onLine: (line: Record<string, unknown>) => void): Log {
  return new Log({
    write: text => {
      onLine(JSON.parse(text) as Record<string, unknown>);
    },
  });
}
