import { BrokerProcess, type Surroundings } from '../brokers/broker-process.ts';
import type { Disk } from '../disk/disk.ts';
import { Random } from '../time/random.ts';
import type { Clock } from './clocks.ts';

/** A place where a broker runs: its disk and its clock stay when the process ends. */
export class Machine {
  readonly name: string;
  readonly disk: Disk;
  readonly clock: Clock;
  process: BrokerProcess | undefined;
  /** Since when no process runs here, by the true time. */
  awaySince: number | undefined = 0;
  /** True if its disk was replaced while an answer might lie on it. */
  readonly processes: BrokerProcess[] = [];
  readonly #around: Omit<Surroundings, 'disk' | 'random' | 'wallOffsetMs'>;
  readonly #seed: string;

  constructor(
    name: string,
    parts: { readonly disk: Disk; readonly clock: Clock; readonly seed: string },
    around: Omit<Surroundings, 'disk' | 'random' | 'wallOffsetMs'>,
  ) {
    this.name = name;
    this.disk = parts.disk;
    this.clock = parts.clock;
    this.#seed = parts.seed;
    this.#around = around;
  }

  get serving(): BrokerProcess | undefined {
    return this.process?.isServing ? this.process : undefined;
  }

  /** Starts a process. Resolves when it is ready, or has failed. */
  async start(): Promise<BrokerProcess> {
    const name = `${this.name}.${this.processes.length + 1}`;
    const process = new BrokerProcess(name, {
      ...this.#around,
      disk: this.disk,
      random: new Random(`${this.#seed}/${name}`),
      wallOffsetMs: () => this.clock.offsetMs,
    });
    this.process = process;
    this.processes.push(process);
    this.awaySince = undefined;
    await process.start();
    if (process.readiness === 'failed') this.#end(process);
    return process;
  }

  crash(): void {
    const { process } = this;
    process?.crash();
    if (process) this.#end(process);
  }

  /** Ends the process in good order. */
  async leave(): Promise<void> {
    const { process } = this;
    if (!process) return;
    await process.leave();
    if (this.process === process) this.#end(process);
  }

  #end(process: BrokerProcess): void {
    if (this.process !== process) return;
    this.process = undefined;
    this.awaySince = process.scheduler.now;
  }
}
