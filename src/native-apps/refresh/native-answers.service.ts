import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { SealedBox } from '../../crypto/sealed-box.ts';
import { Log } from '../../observability/log/log.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import { Shutdown } from '../../waiting/shutdown.service.ts';
import { Deliveries, type Delivered } from '../../single-use/deliveries.ts';
import { Spool } from '../../single-use/spool.ts';
import { NativeRefreshRepository, type StoredAnswer } from './native-refresh.repository.ts';

/** Brings the answers of native apps' refreshes into the database, by way of the disk where that takes long. */
@Injectable()
export class NativeAnswers {
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

  deliver(answer: StoredAnswer): Delivered<void> {
    return this.deliveries.deliver(answer);
  }

  /** Puts on disk whatever is not stored yet, for a process that ends now; answers whether all of it is safe. */
  spoolAll(): Promise<boolean> {
    return this.deliveries.spoolAll();
  }

  /** Stores what an earlier process had to leave on disk. */
  replay(): Promise<number> {
    return this.deliveries.replay(error => {
      this.log.rowUnreadable(error);
    });
  }
}
