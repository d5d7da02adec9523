import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Degradations } from '../../observability/degradations.ts';
import { Log } from '../../observability/log/log.ts';
import { ProcessClock } from '../../waiting/process-clock.service.ts';
import { type ClockReading, type ClockTrust, decideTrust, isStep, stepBetween } from './clock-trust.ts';
import { ConfirmedTime } from './confirmed-time.service.ts';
import { DatabaseClockRepository } from './database-clock.repository.ts';
import { ServerDates } from './server-dates.service.ts';

const BEAT_MS = 30_000;

/** A reading that took longer than this is too inexact to tell a step. */
const LONGEST_READING_MS = 10_000;

/**
 * Compares the database's clock with this process's monotonic clock at each heartbeat and at each read of a session, and
 * with the machine's clock at the start. See {@link decideTrust} for when the clock is doubted and for how long.
 *
 * While it is doubted, nothing is deleted, revoked, taken over or judged spent for its age. Calls and refreshes go on.
 */
@Injectable()
export class ClockGuard implements OnModuleInit, OnApplicationShutdown {
  private trust: ClockTrust | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly databaseClockRows: DatabaseClockRepository,
    private readonly processClock: ProcessClock,
    private readonly serverDates: ServerDates,
    private readonly confirmedTime: ConfirmedTime,
    private readonly degradations: Degradations,
    private readonly log: Log,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.beat();
    this.timer = setInterval(() => void this.beat(), BEAT_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Returns whether the database's clock is believed. */
  isTrusted(): boolean {
    return this.trust?.kind === 'trusted';
  }

  /** Returns the time up to which age may delete or revoke a row; 1970 while the database's clock is doubted. */
  confirmedTimeNow(): Date {
    return this.isTrusted() ? this.confirmedTime.get() : new Date(0);
  }

  /** Reads the database's clock and decides whether it is believed. */
  async beat(): Promise<void> {
    const startedAt = this.processClock.monotonic();
    try {
      const at = await this.databaseClockRows.read();
      const reading = this.toReading(at, startedAt);
      if (!reading) return;
      this.decide(reading);
      if (this.isTrusted()) this.confirmedTime.note(reading);
    } catch (error) {
      this.log.databaseFailed(error); // The next heartbeat follows soon.
    }
  }

  /**
   * Adds a reading that came with another statement, so that the decisions that use it see a step at once.
   *
   * @param tookMs how long ago the statement began
   */
  noteReading(at: Date, tookMs: number): void {
    if (this.trust?.kind !== 'trusted') return; // The heartbeats decide how long the doubt lasts.
    const monotonic = this.processClock.monotonic() - tookMs;
    const { reference } = this.trust;
    // A step is rare, and only then the system is asked whether the machine was suspended.
    if (!isStep(reference, { database: at.getTime(), monotonic, uptime: reference.uptime })) return;
    const reading = this.toReading(at, monotonic);
    if (reading) this.decide(reading);
  }

  private toReading(at: Date, startedAt: number): ClockReading | undefined {
    if (this.processClock.monotonic() - startedAt > LONGEST_READING_MS) return undefined;
    return { database: at.getTime(), monotonic: startedAt, uptime: this.processClock.uptime() };
  }

  private decide(reading: ClockReading): void {
    const before = this.trust ?? this.trustOfMachine();
    const after = decideTrust(before, reading, this.serverDates.compare(reading));
    this.trust = after;
    if (before.kind === after.kind) return;
    const stepSeconds = Math.round(stepBetween(before.reference, reading) / 1000);
    if (after.kind === 'doubted') this.log.databaseClockDoubted({ stepSeconds });
    else this.log.databaseClockTrusted({ stepSeconds });
    this.degradations.set('database_clock', after.kind === 'doubted');
  }

  /** Returns the trust before the first reading: the machine's clock tells what it should be. */
  private trustOfMachine(): ClockTrust {
    const { processClock } = this;
    const [monotonic, uptime] = [processClock.monotonic(), processClock.uptime()];
    return { kind: 'trusted', reference: { database: processClock.wall(), monotonic, uptime } };
  }
}
