import type { SessionId } from '../../database/tables/id.ts';
import type { Session } from '../stored/session.ts';

const MAX_ENTRIES = 10_000;

/** How often the same was refused in a row, and for how long, by this process's monotonic clock. */
type RefusalCount = { readonly times: number; readonly forMs: number };

type Refusals = { readonly generation: number; readonly code: string; readonly since: number; times: number };

/**
 * Counts identical refusals in a row per generation, in this process. Losing a count is safe: the session only gets
 * more tries.
 */
export class ConsecutiveRefusals {
  private readonly refusals = new Map<string, Refusals>();

  /**
   * Counts one refusal. Returns the identical ones in a row, with this one.
   *
   * @param now in milliseconds of the monotonic clock
   */
  add({ id, generation }: Pick<Session, 'id' | 'generation'>, code: string, now: number): RefusalCount {
    const last = this.refusals.get(id);
    const isSame = last?.generation === generation && last.code === code;
    const count = isSame ? last : { generation, code, since: now, times: 0 };
    count.times++;
    this.refusals.delete(id);
    this.refusals.set(id, count);
    this.dropOldest();
    return { times: count.times, forMs: now - count.since };
  }

  forget(id: SessionId): void {
    this.refusals.delete(id);
  }

  private dropOldest(): void {
    if (this.refusals.size <= MAX_ENTRIES) return;
    const [oldest] = this.refusals.keys();
    if (oldest !== undefined) this.refusals.delete(oldest);
  }
}
