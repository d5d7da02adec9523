import { isatty } from 'node:tty';
import { type DestinationStream, destination } from 'pino';
import pretty from 'pino-pretty';

/** Opens standard output for the log: JSON lines for machines, readable lines for a person at a terminal. */
export function openLogStream(): DestinationStream {
  if (!isatty(1)) return destination({ fd: 1, sync: true });
  return pretty({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss', singleLine: true, sync: true });
}
