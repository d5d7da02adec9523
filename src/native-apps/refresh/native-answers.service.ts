import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { SealedBox } from '../../crypto/sealed-box.ts';
import { Log } from '../../observability/log/log.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import { Shutdown } from '../../waiting/shutdown.service.ts';
import { Deliveries, type Delivered } from '../../single-use/deliveries.ts';
import { Spool } from '../../single-use/spool.ts';
import { NativeRefreshRepository, type StoredAnswer } from './native-refresh.repository.ts';

/** Stores the answers of native apps, however long the database is away. */
@Injectable()
export class NativeAnswers implements OnApplicationBootstrap {
  private readonly deliveries: Deliveries<StoredAnswer, void>;

  constructor(
    nativeRefreshRows: NativeRefreshRepository,
    config: Config,
    box: SealedBox,
    shutdown: Shutdown,
    metrics: Metrics,
    private readonly log: Log,
  ) {
    const spool = new Spool<StoredAnswer>(config, box, {
      suffix: '.native',
      idOf: ({ fingerprint }) => fingerprint.id,
    });
    const help = 'Answers of native apps on disk that are not in the database yet';
    metrics.measure(
      { name: 'latchkey_native_spooled_answers', help },
      async () => (await spool.list()).length,
    );
    this.deliveries = new Deliveries({
      spool,
      shutdown,
      storeOnce: answer => nativeRefreshRows.storeAnswer(answer),
      onTrouble: ({ binding: { appId } }, error) => {
        log.nativeAnswerNotStored({ appId }, error);
      },
    });
  }

  /** Stores what an earlier process left on disk, before this one refreshes. An unreadable file stays. */
  async onApplicationBootstrap(): Promise<void> {
    const replayed = await this.deliveries.replay(error => {
      this.log.rowUnreadable(error);
    });
    if (replayed > 0) this.log.spoolReplayed(replayed);
  }

  deliver(answer: StoredAnswer): Delivered<void> {
    return this.deliveries.deliver(answer);
  }

  /** Writes all unstored answers to disk, for a process that exits now. Returns whether all of them are safe. */
  spoolAll(): Promise<boolean> {
    return this.deliveries.spoolAll();
  }
}
