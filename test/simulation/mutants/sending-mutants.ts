import { ClockGuard } from '../../../src/leases/clock/clock-guard.service.ts';
import { ConfirmedTime } from '../../../src/leases/clock/confirmed-time.service.ts';
import { Instances } from '../../../src/leases/instances/instances.service.ts';
import { gone, type OwnerState } from '../../../src/leases/instances/owner-state.ts';
import type { RefreshOutcome } from '../../../src/oauth/refresh/refresh-outcome.ts';
import { type SignedRefresh, TokenRefresh } from '../../../src/oauth/refresh/token-refresh.service.ts';
import { SessionMarks } from '../../../src/sessions/stored/session-marks.service.ts';
import { AttemptSightings } from '../../../src/single-use/attempt-sightings.service.ts';

/** A process that ends takes itself off the list, whatever is in its spool. */
export class CarelessInstances extends Instances {
  override provideSpoolState(): void {
    super.provideSpoolState(() => Promise.resolve(true));
  }
}

/** An owner that is silent for ten minutes counts as gone, whatever is on its disk. */
export class ImpatientInstances extends Instances {
  override async findOwnerState(owner: string): Promise<OwnerState> {
    const state = await super.findOwnerState(owner);
    return state.kind === 'silent' ? gone : state;
  }
}

/** The database's clock is believed, however it steps. */
export class TrustingGuard extends ClockGuard {
  override isTrusted(): boolean {
    return true;
  }
}

/** One reading of a clock confirms a row's age. */
export class HastyTime extends ConfirmedTime {
  override get(): Date {
    return new Date('9999-01-01');
  }
}

/** The judge does not wait by its own clock. */
export class HastySightings extends AttemptSightings {
  override note(): number {
    return Number.MAX_SAFE_INTEGER;
  }
}

/** A row is what the database says, however old it is. */
export class TrustingMarks extends SessionMarks {
  override check<Read>(session: Read): Read {
    return session;
  }
}

type Answer = { readonly status: number; readonly body: Uint8Array };
type Exchange = (...parameters: readonly unknown[]) => Promise<Answer>;

/** An answer with one odd member is judged before it is stored, and thrown away. */
export class StrictRefresh extends TokenRefresh {
  override async transmit(signed: SignedRefresh): Promise<RefreshOutcome> {
    const parts = this as unknown as { outboundHttp: { refresh: Exchange } };
    const { outboundHttp } = parts;
    let answer: Answer | undefined;
    parts.outboundHttp = Object.assign(Object.create(outboundHttp) as typeof outboundHttp, {
      refresh: async (...parameters: readonly unknown[]) =>
        (answer = await outboundHttp.refresh(...parameters)),
    });
    const outcome = await super.transmit(signed).finally(() => {
      parts.outboundHttp = outboundHttp;
    });
    const isOdd = outcome.kind === 'refreshed' && answer && !isAsExpected(answer);
    return isOdd ? { kind: 'unknown', cause: new Error('The answer is odd.') } : outcome;
  }
}

function isAsExpected({ status, body }: Answer): boolean {
  const told = JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>;
  const { token_type, expires_in, scope } = told;
  const isType = typeof token_type === 'string' && token_type.toLowerCase() === 'dpop';
  const isLife = typeof expires_in === 'number' && expires_in > 0 && expires_in < 1e9;
  return status === 200 && isType && isLife && typeof scope === 'string';
}
