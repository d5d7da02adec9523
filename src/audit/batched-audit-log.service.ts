import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Log } from '../observability/log/log.ts';
import { Metrics } from '../observability/metrics/metrics.ts';
import type { AuditEvent } from './audit-event.ts';
import { AuditEventRepository } from './audit-event.repository.ts';
import { BURST, AuditAllowance } from './audit-allowance.ts';

const FLUSH_MS = 1_000;

/** Rows per INSERT, few enough that other writes do not wait long. */
const ROWS_PER_STATEMENT = 50;

type TimedEvent = { readonly event: AuditEvent; readonly addedAt: number };

/** Stores audit events in batches. For events that strangers can cause at any rate: it limits them and drops the rest. */
@Injectable()
export class BatchedAuditLog implements OnModuleInit, OnApplicationShutdown {
  private readonly allowance = new AuditAllowance(performance.now());
  private waiting: TimedEvent[] = [];
  private dropped = 0;
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

  /** Queues an event for the next batch, or counts it as dropped if the limit is reached. */
  add(event: AuditEvent): void {
    const addedAt = performance.now();
    const isAllowed = this.waiting.length < BURST && this.allowance.consume(addedAt);
    if (isAllowed) this.waiting.push({ event, addedAt });
    else this.countDropped(1);
  }

  /** Drops events that the database rejects: keeping them would use memory for as long as its outage lasts. */
  private async flush(): Promise<void> {
    const events = this.waiting;
    this.waiting = [];
    const failure = await this.store(events);
    if (this.dropped > 0) this.log.auditEventsLost({ events: this.dropped }, failure);
    this.dropped = 0;
  }

  /** Stores events. Returns the error that stopped it, if any. */
  private async store(events: readonly TimedEvent[]): Promise<unknown> {
    for (let start = 0; start < events.length; start += ROWS_PER_STATEMENT) {
      const now = performance.now();
      const batch = events.slice(start, start + ROWS_PER_STATEMENT);
      try {
        await this.auditEventRows.insert(
          batch.map(({ event, addedAt }) => ({ event, secondsAgo: (now - addedAt) / 1000 })),
        );
      } catch (error) {
        this.countDropped(events.length - start);
        return error;
      }
    }
    return undefined;
  }

  private countDropped(events: number): void {
    this.dropped += events;
    this.metrics.upkeep.auditEventsLost(events);
  }
}
