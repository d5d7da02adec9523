import { setImmediate as turn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { BEFORE_ALL_SESSIONS, type SessionId } from '../../database/tables/id.ts';
import { type KnownSession, SessionMarks } from '../stored/session-marks.service.ts';
import { isOver } from '../stored/session-standing.ts';
import { SessionRepository, type StoredSession } from '../stored/session.repository.ts';
import { type PositionedRow, RollbackRepository } from './rollback.repository.ts';
import { RollbackSettlement } from './rollback-settlement.service.ts';

/** Sessions per statement. */
const PAGE = 200;

/** How often the journal is tidied, in milliseconds. */
const TIDY_EVERY_MS = 60_000;

/**
 * Looks for rolled-back sessions without waiting for a caller: those that this process noted within a minute, a few of the
 * others in turn, and those that any instance found. Runs on each instance, because each has a journal of its own.
 */
@Injectable()
export class RollbackChecks {
  /** Where the next part of the journal starts. Undefined before all of it was compared once. */
  private cursor: SessionId | undefined;
  private tidiedAt = -Infinity;

  constructor(
    private readonly sessionRows: SessionRepository,
    private readonly sessionMarks: SessionMarks,
    private readonly rollbackRows: RollbackRepository,
    private readonly rollbackSettlement: RollbackSettlement,
  ) {}

  /** @param signal ends the run early */
  async run(signal?: AbortSignal): Promise<void> {
    await this.compareJournal(signal);
    await this.compareAll(this.sessionMarks.listRecent(), signal);
    await this.settleFound(signal);
    if (performance.now() - this.tidiedAt < TIDY_EVERY_MS) return;
    this.tidiedAt = performance.now();
    this.sessionMarks.tidy();
  }

  /** Compares the next page of the journal, and all of it at the first run: the database may be a restored one. */
  private async compareJournal(signal: AbortSignal | undefined): Promise<void> {
    const isFirst = this.cursor === undefined;
    this.cursor ??= BEFORE_ALL_SESSIONS;
    do {
      const page = this.sessionMarks.listAfter(this.cursor, PAGE);
      this.cursor = page.length < PAGE ? BEFORE_ALL_SESSIONS : (page.at(-1)?.id ?? BEFORE_ALL_SESSIONS);
      await this.compare(page);
      await turn();
    } while (isFirst && this.cursor !== BEFORE_ALL_SESSIONS && !signal?.aborted);
  }

  private async compareAll(known: readonly KnownSession[], signal: AbortSignal | undefined): Promise<void> {
    for (let start = 0; start < known.length && !signal?.aborted; start += PAGE)
      await this.compare(known.slice(start, start + PAGE));
  }

  private async compare(known: readonly KnownSession[]): Promise<void> {
    const rows = await this.rollbackRows.listPositions(known.map(({ id }) => id));
    const marks = new Map(known.map(({ id, mark }) => [id, mark]));
    for (const row of rows) {
      const mark = marks.get(row.id);
      if (mark && this.mayBeBehind(row, mark)) await this.look(row.id);
    }
  }

  /** Returns whether a closer look is worth it. */
  private mayBeBehind(row: PositionedRow, mark: KnownSession['mark']): boolean {
    // A session was ended one or two generations ago.
    if (isOver(row.status)) return !mark.isOver && row.generation <= mark.generation + 1;
    return mark.isOver || row.generation < mark.generation || this.sessionMarks.lacksSending(row);
  }

  private async settleFound(signal: AbortSignal | undefined): Promise<void> {
    let after = BEFORE_ALL_SESSIONS;
    for (;;) {
      const page = await this.rollbackRows.listRolledBack(after, PAGE);
      for (const id of page) {
        if (signal?.aborted) return;
        const session = await this.look(id);
        if (session?.row.status === 'needs_check') await this.rollbackSettlement.settle(session);
      }
      after = page.at(-1) ?? after;
      if (page.length < PAGE) return;
    }
  }

  /** Reads a session, which starts its repair if there is a newer state here. Returns it unless it was repaired. */
  private async look(id: SessionId): Promise<StoredSession | undefined> {
    try {
      const session = await this.sessionRows.findSession(id);
      return (await this.sessionMarks.repaired(id)) ? undefined : session;
    } catch {
      return undefined; // A row that cannot be opened is an alarm of its own, at its next use.
    }
  }
}
