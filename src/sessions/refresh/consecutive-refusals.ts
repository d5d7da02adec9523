import type { SessionId } from '../../database/tables/id.ts';
import type { Session } from '../stored/session.ts';

const MAX_ENTRIES = 10_000;

/**
 * Counts identical refusals in a row per generation, in this process. Losing a count is safe: the session only gets
 * more tries.
 */
export class ConsecutiveRefusals {
  private readonly refusals = new Map<string, { generation: number; code: string; times: number }>();

  /** Counts one refusal. Returns how many identical ones came in a row. */
  add({ id, generation }: Pick<Session, 'id' | 'generation'>, code: string): number {
    const last = this.refusals.get(id);
    const times = (last?.generation === generation && last.code === code ? last.times : 0) + 1;
    this.refusals.delete(id);
    this.refusals.set(id, { generation, code, times });
    this.dropOldest();
    return times;
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
