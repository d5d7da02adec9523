import { Injectable } from '@nestjs/common';
import { Log } from '../../observability/log/log.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import type { AttestationFlaw } from '../../observability/metrics/metrics-labels.ts';
import { NotePauses } from '../../observability/log/note-pauses.ts';
import type { NativeApp } from '../registry/native-app.ts';

/**
 * Tells the operator of requests without an app's attestation: somebody else asks in its name, or its own requests do not
 * come by the gateway that attests them. Anybody can cause that at any rate, so the metrics count it, the log has a line a
 * minute for each app, and the database nothing.
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
