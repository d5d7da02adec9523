import type { Actor } from '../time/actor.ts';

/** Where a connection breaks: before the statement arrives, while it runs, or before its answer leaves. */
export type CutMoment = 'before' | 'at' | 'after';

/** What happens to a statement. */
export type StatementTrouble =
  /** The connection breaks. */
  | { readonly kind: 'cut'; readonly moment: CutMoment }
  /** The engine ends the transaction with this SQLSTATE or SQLite code. */
  | { readonly kind: 'refused'; readonly code: string };

/** The statements that a trouble may wait for. */
const kinds = {
  any: /^(?!rollback)/,
  commit: /^commit$/,
  update: /^update/i,
  write: /^(insert|update|delete)/i,
};

/** A trouble that waits for the next statement that fits. */
export type ArmedTrouble = {
  readonly trouble: StatementTrouble;
  /** The kind of statement. */
  readonly on: keyof typeof kinds;
  /** The process whose statement fits. By default any. */
  readonly of?: Actor;
  /** How many statements that fit it lets pass before. */
  passes?: number;
};

/** All that is wrong with the database and its network. */
export class DatabaseTroubles {
  #away: 'refuses' | 'silent' | undefined;
  /** When a statement was last in trouble, by the true time. */
  lastAt = -1;
  #armed: ArmedTrouble[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** `refuses`: connections fail at once. `silent`: nothing answers. */
  get away(): 'refuses' | 'silent' | undefined {
    if (this.#away) this.lastAt = this.#now();
    return this.#away;
  }

  set away(away: 'refuses' | 'silent' | undefined) {
    this.lastAt = this.#now();
    this.#away = away;
  }

  arm(trouble: ArmedTrouble): void {
    this.#armed.push(trouble);
  }

  disarm(): void {
    this.#armed = [];
    if (this.#away) this.away = undefined;
  }

  /** Takes the trouble that was armed for a statement. */
  take(sql: string, actor: Actor): StatementTrouble | undefined {
    if (this.#armed.length === 0) return undefined;
    const armed = this.#armed.find(({ on, of = actor }) => of === actor && kinds[on].test(sql));
    if (!armed) return undefined;
    if (armed.passes !== undefined && armed.passes > 0) {
      armed.passes--;
      return undefined;
    }
    this.#armed = this.#armed.filter(other => other !== armed);
    this.lastAt = this.#now();
    return armed.trouble;
  }
}
