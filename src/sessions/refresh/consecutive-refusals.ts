import type { SessionId } from '../../database/tables/id.ts';
import type { Session } from '../stored/session.ts';

const MAX_ENTRIES = 10_000;

/**
 * Counts how often the same was heard of a generation in this process. What it forgets is counted anew, by which a
 * session only lives longer.
 */
export class ConsecutiveRefusals {
  private readonly heard = new Map<string, { generation: number; what: string; times: number }>();

  /** Adds one; answers how often the same was heard by now. */
  add({ id, generation }: Pick<Session, 'id' | 'generation'>, what: string): number {
    const last = this.heard.get(id);
    const times = (last?.generation === generation && last.what === what ? last.times : 0) + 1;
    this.heard.delete(id);
    this.heard.set(id, { generation, what, times });
    this.dropOldest();
    return times;
  }

  forget(id: SessionId): void {
    this.heard.delete(id);
  }

  private dropOldest(): void {
    if (this.heard.size <= MAX_ENTRIES) return;
    const [oldest] = this.heard.keys();
    if (oldest !== undefined) this.heard.delete(oldest);
  }
}
