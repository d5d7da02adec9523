const MAX_ENTRIES = 10_000;

/** How long each process's last heartbeat has been known, by the monotonic clock of this process. */
export class HeartbeatWatch {
  private readonly known = new Map<string, { readonly seenAt: number; readonly since: number }>();

  /** Notes the last heartbeat of a process. Returns for how many milliseconds it has been known. */
  note(owner: string, heartbeat: Date, now: number): number {
    const seenAt = heartbeat.getTime();
    const known = this.known.get(owner);
    if (known?.seenAt === seenAt) return now - known.since;
    this.known.delete(owner);
    this.known.set(owner, { seenAt, since: now });
    this.dropOldest();
    return 0;
  }

  /** Losing an entry is safe: the wait starts again. */
  private dropOldest(): void {
    if (this.known.size <= MAX_ENTRIES) return;
    const [oldest] = this.known.keys();
    if (oldest !== undefined) this.known.delete(oldest);
  }
}
