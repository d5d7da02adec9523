import type { SessionId } from '../database/tables/id.ts';
import type { Tuple } from './service-token.ts';

type OfTuple = { readonly tuple: Tuple };

/** One value for each tuple: a tree of maps, as there is no joined text that two tuples could not share. */
export class TupleMap<Value extends OfTuple> {
  private readonly sessions = new Map<string, Map<string, Map<string | undefined, Value>>>();

  get({ sessionId, aud, lxm }: Tuple): Value | undefined {
    return this.sessions.get(sessionId)?.get(aud)?.get(lxm);
  }

  /** Puts a value in the place of the one that its tuple has. */
  set(value: Value): void {
    const { sessionId, aud, lxm } = value.tuple;
    const audiences = this.sessions.get(sessionId) ?? new Map<string, Map<string | undefined, Value>>();
    const methods = audiences.get(aud) ?? new Map<string | undefined, Value>();
    this.sessions.set(sessionId, audiences.set(aud, methods.set(lxm, value)));
  }

  /** Deletes a value, and nothing that took its place. */
  delete(value: Value): void {
    if (this.get(value.tuple) !== value) return;
    const { sessionId, aud, lxm } = value.tuple;
    const audiences = this.sessions.get(sessionId);
    const methods = audiences?.get(aud);
    methods?.delete(lxm);
    if (methods?.size === 0) audiences?.delete(aud);
    if (audiences?.size === 0) this.sessions.delete(sessionId);
  }

  /** The values of one session. */
  ofSession(sessionId: SessionId): Value[] {
    const audiences = [...(this.sessions.get(sessionId)?.values() ?? [])];
    return audiences.flatMap(methods => [...methods.values()]);
  }
}
