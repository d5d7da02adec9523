import type { SessionId } from '../database/tables/id.ts';
import type { Tuple } from './service-token.ts';

type OfTuple = { readonly tuple: Tuple };

/** Maps tuples to values by nested maps: a joined text could be the same for two tuples. */
export class TupleMap<Value extends OfTuple> {
  private readonly sessions = new Map<string, Map<string, Map<string | undefined, Value>>>();

  get({ sessionId, aud, lxm }: Tuple): Value | undefined {
    return this.sessions.get(sessionId)?.get(aud)?.get(lxm);
  }

  /** Sets the value of its tuple. */
  set(value: Value): void {
    const { sessionId, aud, lxm } = value.tuple;
    const audiences = this.sessions.get(sessionId) ?? new Map<string, Map<string | undefined, Value>>();
    const methods = audiences.get(aud) ?? new Map<string | undefined, Value>();
    this.sessions.set(sessionId, audiences.set(aud, methods.set(lxm, value)));
  }

  /** Deletes a value, unless another has replaced it. */
  delete(value: Value): void {
    if (this.get(value.tuple) !== value) return;
    const { sessionId, aud, lxm } = value.tuple;
    const audiences = this.sessions.get(sessionId);
    const methods = audiences?.get(aud);
    methods?.delete(lxm);
    if (methods?.size === 0) audiences?.delete(aud);
    if (audiences?.size === 0) this.sessions.delete(sessionId);
  }

  /** Returns the values of one session. */
  ofSession(sessionId: SessionId): Value[] {
    const audiences = [...(this.sessions.get(sessionId)?.values() ?? [])];
    return audiences.flatMap(methods => [...methods.values()]);
  }
}
