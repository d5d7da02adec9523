import { Injectable } from '@nestjs/common';
import { SealedBox } from '../../crypto/sealed-box.ts';
import { Log } from '../../observability/log/log.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import { Deliveries } from '../../single-use/spool/deliveries.ts';
import { Spool } from '../../single-use/spool/spool.ts';
import { SpoolDisk } from '../../single-use/spool/spool-disk.service.ts';
import { Shutdown } from '../../waiting/shutdown.service.ts';
import { NativeTokens } from '../tokens/native-tokens.service.ts';
import { NativeRefreshRepository, type StoredAnswer } from '../tokens/native-refresh.repository.ts';

/** Stores the answers of native apps, however long the database is away. */
@Injectable()
export class NativeAnswers extends Deliveries<StoredAnswer, void> {
  constructor(
    private readonly nativeRefreshRows: NativeRefreshRepository,
    private readonly nativeTokens: NativeTokens,
    spoolDisk: SpoolDisk,
    box: SealedBox,
    metrics: Metrics,
    shutdown: Shutdown,
    log: Log,
  ) {
    const idOf = ({ fingerprint }: StoredAnswer): string => fingerprint.id;
    super(new Spool<StoredAnswer>(spoolDisk, box, { suffix: '.native', idOf }), shutdown, log);
    const help = 'Answers of native apps on disk that are not in the database yet';
    const count = async (): Promise<number> => (await this.spool.list()).length;
    metrics.measure({ name: 'latchkey_native_spooled_answers', help }, count);
    const stuckHelp =
      'Answers of native apps on disk that the broker cannot store, and that wait for the operator';
    metrics.measure({ name: 'latchkey_native_stuck_answers', help: stuckHelp }, () =>
      Promise.resolve(this.spool.files.stuck),
    );
  }

  protected async storeOnce(answer: StoredAnswer): Promise<void> {
    await this.nativeRefreshRows.storeAnswer(answer);
    this.nativeTokens.noteAnswer(answer);
  }

  protected reportTrouble({ binding: { appId } }: StoredAnswer, error: unknown): void {
    this.log.nativeAnswerNotStored({ appId }, error);
  }
}
