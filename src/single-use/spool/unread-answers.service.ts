import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { SealedBox } from '../../crypto/sealed-box.ts';
import type { UnreadBody } from '../../oauth/refresh/refresh-outcome.ts';
import { Log } from '../../observability/log/log.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import { SpoolDisk } from './spool-disk.service.ts';

/** In bytes. What is longer is no token set, or has its tokens at its start. */
const MOST_KEPT_BYTES = 256 * 1024;

const SUFFIX = '.unread';

/** Keeps successes that the broker cannot read, sealed in the spool: they may hold the only copy of tokens. */
@Injectable()
export class UnreadAnswers {
  constructor(
    private readonly box: SealedBox,
    private readonly spoolDisk: SpoolDisk,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    const help = 'Answers on disk in which the broker found no tokens, and that wait for the operator';
    metrics.measure({ name: 'latchkey_unread_answers', help }, async () => {
      const names = await readdir(this.spoolDisk.path);
      return names.filter(name => name.endsWith(SUFFIX)).length;
    });
  }

  /**
   * Keeps an answer for the operator. Never rejects: without the file the attempt is in doubt all the same.
   *
   * @param id what waited for the answer: ids with dots between them
   */
  async keep(id: string, { status, contentType, body }: UnreadBody): Promise<void> {
    const text = Buffer.from(body.subarray(0, MOST_KEPT_BYTES)).toString('base64');
    const binding = { table: 'spool', column: 'unread', id, facts: {} };
    const sealed = this.box.seal(JSON.stringify({ status, contentType, body: text }), binding);
    const file = id + SUFFIX;
    const facts = { file, status, contentType, bytes: body.length };
    try {
      await this.spoolDisk.write(join(this.spoolDisk.path, file), sealed);
      this.log.answerUnread(facts);
    } catch (error) {
      this.log.unreadAnswerLost(facts, error);
    }
  }
}
