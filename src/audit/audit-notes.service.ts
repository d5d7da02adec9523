import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Log } from '../observability/log/log.ts';
import { Metrics } from '../observability/metrics/metrics.ts';
import type { AuditEvent } from './audit-event.ts';
import { AuditEventRepository } from './audit-event.repository.ts';
import { MOST_AT_ONCE, NoteAllowance } from './note-allowance.ts';

const FLUSH_MS = 1_000;

/** One statement each, so that no other write waits for long. */
const ROWS_PER_STATEMENT = 50;

type Note = { readonly event: AuditEvent; readonly notedAt: number };

/** Events that wait to be written down in batches: anybody can cause them, at any rate. */
@Injectable()
export class AuditNotes implements OnModuleInit, OnApplicationShutdown {
  private readonly allowance = new NoteAllowance(performance.now());
  private waiting: Note[] = [];
  private lost = 0;
  private flushing: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly auditEventRows: AuditEventRepository,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => {
      this.flushing ??= this.flush().finally(() => {
        this.flushing = undefined;
      });
    }, FLUSH_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flushing;
    await this.flush();
  }

  /** Keeps an event for the next batch, or counts it as lost where there is no room for it. */
  add(event: AuditEvent): void {
    const notedAt = performance.now();
    const hasRoom = this.waiting.length < MOST_AT_ONCE && this.allowance.take(notedAt);
    if (hasRoom) this.waiting.push({ event, notedAt });
    else this.lose(1);
  }

  /** What could not be written is given up: to wait for the database would be to grow with its outage. */
  private async flush(): Promise<void> {
    const notes = this.waiting;
    this.waiting = [];
    const failure = await this.write(notes);
    if (this.lost > 0) this.log.auditEventsLost({ events: this.lost }, failure);
    this.lost = 0;
  }

  /** Answers what it failed with. */
  private async write(notes: readonly Note[]): Promise<unknown> {
    for (let start = 0; start < notes.length; start += ROWS_PER_STATEMENT) {
      const now = performance.now();
      const batch = notes.slice(start, start + ROWS_PER_STATEMENT);
      try {
        await this.auditEventRows.insert(
          batch.map(({ event, notedAt }) => ({ event, secondsAgo: (now - notedAt) / 1000 })),
        );
      } catch (error) {
        this.lose(notes.length - start);
        return error;
      }
    }
    return undefined;
  }

  private lose(events: number): void {
    this.lost += events;
    this.metrics.upkeep.auditEventsLost(events);
  }
}
