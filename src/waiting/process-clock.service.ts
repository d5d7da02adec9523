import { uptime } from 'node:os';
import { Injectable } from '@nestjs/common';

/** The clocks of this process, in milliseconds. Injected, so that a test or a simulation moves them. */
@Injectable()
export class ProcessClock {
  /** Counts from some moment in the past. Nothing can set it. It stops while the machine is suspended. */
  monotonic(): number {
    return performance.now();
  }

  /** As {@link monotonic}, but goes on while the machine is suspended. Reading it costs a system call. */
  uptime(): number {
    return uptime() * 1000;
  }

  /** The machine's clock since 1970, which anything can set. */
  wall(): number {
    return Date.now();
  }
}
