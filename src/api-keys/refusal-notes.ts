import { Injectable } from '@nestjs/common';
import { Log } from '../observability/log.ts';
import type { ApiKey, KeyVerdict } from './api-key.ts';

/** What is said of one key, or of malformed ones, is said again only after so long: a flood fills no log. */
const PAUSE_MS = 60_000;

/** Beyond so many keys refused in a minute, the metrics tell the rest. */
const MAX_NOTES = 1_000;

const MALFORMED = 'malformed';

/** Writes down for security which keys were refused that are worth knowing of. */
@Injectable()
export class RefusalNotes {
  /** When each may be noted again, by the monotonic clock; oldest first. */
  private readonly quiet = new Map<string, number>();

  constructor(private readonly log: Log) {}

  /** Something that looks like a key and can be none: of it nothing but the length is kept. */
  malformed(length: number): void {
    if (this.isDue(MALFORMED)) this.log.apiKeyMalformed({ length });
  }

  /** A secret that once opened something: its owner forgot to replace it, or somebody else has it. */
  refused({ id, did }: Pick<ApiKey, 'id' | 'did'>, reason: KeyVerdict): void {
    if (this.isDue(id)) this.log.apiKeyRefused({ did, apiKeyId: id, reason });
  }

  private isDue(what: string, now = performance.now()): boolean {
    for (const [noted, until] of this.quiet) {
      if (until > now) break;
      this.quiet.delete(noted);
    }
    if (this.quiet.has(what) || this.quiet.size >= MAX_NOTES) return false;
    this.quiet.set(what, now + PAUSE_MS);
    return true;
  }
}
