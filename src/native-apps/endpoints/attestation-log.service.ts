import { Injectable } from '@nestjs/common';
import { Log } from '../../observability/log/log.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import type { AttestationFlaw } from '../../observability/metrics/metrics-labels.ts';
import { NotePauses } from '../../observability/log/note-pauses.ts';
import type { NativeApp } from '../registry/native-app.ts';

/**
 * Reports requests without an app's attestation: a stranger calls in its name, or its own requests bypass the gateway that
 * attests them. Strangers can cause any number of these, so each is counted, each app has one log line a minute, and
 * nothing is stored.
 */
@Injectable()
export class AttestationLog {
  private readonly pauses = new NotePauses();

  constructor(
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  noteRefusal({ id, name }: Pick<NativeApp, 'id' | 'name'>, flaw: AttestationFlaw, from: string): void {
    this.metrics.nativeApps.unattestedRequest(flaw);
    if (this.pauses.isDue(id, performance.now())) this.log.nativeAppUnattested({ app: name, flaw, from });
  }
}
