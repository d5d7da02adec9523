import { Log } from '../../../src/observability/log/log.ts';

/**
 * The log of a broker, as objects. `onLine` gets each line with its time.
 *
 * @param directory left out of the lines: it has another name in each run, and the trace must not
 */
export function watchedLog(directory: string, onLine: (line: Record<string, unknown>) => void): Log {
  return new Log({
    write: text => {
      onLine(JSON.parse(text.replaceAll(directory, '')) as Record<string, unknown>);
    },
  });
}
