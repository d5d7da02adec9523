import type { BrokerProcess } from '../brokers/broker-process.ts';
import type { Answer, Grant } from '../network/grants.ts';
import { newestAnswer } from '../network/grants.ts';
import { NATIVE_CLIENT_ID, NativeApp } from '../people/native-app.ts';
import type { Holder } from '../people/holder.ts';
import { omitKeys } from '../omit-keys.ts';
import type { Issuer, Sender } from '../network/issuer.ts';
import type { Actor } from '../time/actor.ts';
import type { Machine } from '../world/machine.ts';
import { Violation } from '../world/violation.ts';
import type { RowReader } from '../world/row-reader.ts';
import type { Tally } from '../world/tally.ts';
import { describePlace, placeOf } from './answer-places.ts';
import type { ExceptionName } from './exceptions.ts';
import { awayOf, findGivenUp, PATIENCE_MS } from './given-up.ts';
import { findUnnoticedTrouble } from './readiness.ts';
import { findRollbackFault, isKnownToServing } from './rollbacks.ts';

/** What the judge sees of a world. */
export type JudgedWorld = {
  readonly scheduler: { readonly now: number };
  readonly server: { readonly troubles: { readonly lastAt: number } };
  readonly machines: readonly Machine[];
  readonly holders: readonly Holder[];
  readonly issuers: readonly Issuer[];
  readonly rows: RowReader;
  readonly tally: Tally;
  note(line: string): void;
};

/** Knows what is true, and compares it with what brokers do and say. */
export class Judge {
  readonly #world: JudgedWorld;
  violation: Violation | undefined;
  /** Why a grant can be lost, decided at the moment when it was. */
  readonly #excuses = new Map<Grant, ExceptionName>();

  constructor(world: JudgedWorld) {
    this.#world = world;
  }

  /** Fails the run. The first violation counts. */
  violate(kind: string, detail: string): void {
    this.violation ??= new Violation(kind, detail);
  }

  onLog(machine: string, line: Record<string, unknown>): void {
    const { error } = line as { error?: { type?: string; stack?: string } };
    if (isBug(error?.type)) this.violate('unexpected error', `${machine} logs ${error?.stack ?? ''}`);
    this.#world.note(`${machine} log: ${String(line.msg)} ${briefly(line)}`);
  }

  /** A process has started. Whatever is in its spool, and whoever does not answer, it is ready soon. */
  judgeStart(process: BrokerProcess): void {
    const { startedAt, readyAt = 0, wasHeld, readiness, failure } = process;
    const { disk } = this.#world.machines.find(({ name }) => name === process.machine) ?? {};
    const unnoticed = disk && findUnnoticedTrouble(process, disk);
    if (unnoticed !== undefined) this.violate('trouble unnoticed', unnoticed);
    if (wasHeld || this.#world.server.troubles.lastAt >= startedAt || (disk?.lastTroubleAt ?? 0) >= startedAt)
      return;
    if (readiness === 'failed') {
      this.violate(
        'start failed',
        `${process.name}: ${failure instanceof Error ? (failure.stack ?? '') : String(failure)}`,
      );
      return;
    }
    const ms = readyAt - startedAt;
    if (ms > READY_MS) this.violate('start too slow', `${process.name} was ready after ${ms} ms`);
  }

  /** A refresh token arrives at its issuer. */
  onRefresh(grant: Grant, answer: Answer | undefined, by: Sender): void {
    if (!answer || grant.end !== undefined) return;
    void this.#judgeReplay(grant, answer, by);
  }

  onAnswer(answer: Answer): void {
    void this.#nameFile(answer);
  }

  /** A grant is about to be revoked by a broker. */
  onRevocation(grant: Grant, from: Actor): void {
    const holder = this.#world.holders.find(candidate => candidate.grant === grant);
    if (holder) this.violate('live grant revoked', `${from.name} revokes the grant of ${holder.name}`);
    void this.#world.rows.list().then(rows => {
      const held = rows.find(
        ({ row, refreshToken }) => row.status === 'active' && refreshToken === grant.refreshToken,
      );
      if (held)
        this.violate(
          'live grant revoked',
          `${from.name} revokes the grant of the active session ${held.row.id}`,
        );
    });
  }

  /** No session is given up while its answer may return. */
  async judgeRows(): Promise<void> {
    const { rows, issuers, machines, scheduler } = this.#world;
    for (const read of await rows.list()) {
      const givenUp = findGivenUp(read, { issuers, machines, now: scheduler.now });
      if (givenUp !== undefined) this.violate('given up too soon', givenUp);
    }
  }

  /** A holder was told that it has no access any more. */
  async judgeLoss(holder: Holder, told: string): Promise<void> {
    const { grant } = holder;
    if (!grant || grant.end === 'issuer') return;
    const excuse = await this.excuse(grant);
    if (excuse) {
      this.#world.tally.count('exceptions', excuse);
      this.#world.note(`${holder.name} lost its access: ${excuse}`);
      return;
    }
    const answer = newestAnswer(grant);
    const where = answer ? describePlace(placeOf(answer, this.#world.machines)) : 'nowhere';
    const row = holder.sessionId && (await this.#world.rows.find(holder.sessionId));
    const state = row
      ? `${row.row.status} ${row.row.reason ?? ''} generation ${row.row.generation}`
      : 'no row';
    this.violate(
      'access lost',
      `${holder.name} was told ${told}; its grant is ${grant.end ?? 'live'}, its newest answer: ${where}, its session: ${state}`,
    );
  }

  /** Returns why a grant may be lost, if anything excuses it. */
  async excuse(grant: Grant): Promise<ExceptionName | undefined> {
    const known = this.#excuses.get(grant);
    if (known) return known;
    const answer = newestAnswer(grant);
    if (!answer || grant.end === 'revocation' || grant.end === 'wrong-key') return undefined;
    const excuse = await this.#excuseOf(answer);
    if (excuse) this.#excuses.set(grant, excuse);
    return excuse;
  }

  async #excuseOf(answer: Answer): Promise<ExceptionName | undefined> {
    if (await this.#isStored(answer)) return undefined;
    if (
      answer.grant.clientId === NATIVE_CLIENT_ID &&
      this.#world.scheduler.now - answer.at > NATIVE_REPLAY_MS
    )
      return 'native answer not fetched in time';
    const { machines, scheduler } = this.#world;
    const place = placeOf(answer, machines);
    if (place.kind === 'disk' || (place.kind === 'process' && !answer.rollback)) {
      const since = place.kind === 'disk' ? awayOf(place.machine) : place.process.heldSince;
      const isLong = since !== undefined && scheduler.now - since > PATIENCE_MS;
      return isLong ? 'answer away for longer than the patience' : undefined;
    }
    if (answer.rollback)
      return isKnownToServing(answer.rollback, machines) ? undefined : 'rolled back without a copy';
    if (place.kind === 'road') return 'answer lost on the road';
    const isDiskLost = this.lostDisks.has(answer.to.machine ?? '');
    return isDiskLost ? 'answer lost with its disk' : 'answer died with its process';
  }

  /** Machines whose disk was lost, by name. */
  readonly lostDisks = new Set<string>();

  async #isStored({ refreshToken }: Answer): Promise<boolean> {
    return (await this.#world.rows.list()).some(row => row.refreshToken === refreshToken);
  }

  /** A spent token comes again. That may only happen where nobody has its answer, or can get it. */
  async #judgeReplay(grant: Grant, answer: Answer, by: Sender): Promise<void> {
    const { from } = by;
    const holder = this.#world.holders.find(candidate => candidate.grant === grant);
    const name = holder?.name ?? `a grant of ${grant.did}`;
    if (answer.rollback) {
      const fault = findRollbackFault(answer, answer.rollback, by, this.#world);
      if (fault === undefined) this.#excuses.set(grant, 'sent before a rollback was noticed');
      else
        this.violate(
          'spent token sent',
          `${from.name} sends a token of ${name}, whose row was rolled back: ${fault}`,
        );
      return;
    }
    if (await this.#isStored(answer)) {
      this.violate('spent token sent', `${from.name} sends a token of ${name} whose answer is stored`);
      return;
    }
    const excuse = await this.excuse(grant);
    if (excuse) return;
    const where = describePlace(placeOf(answer, this.#world.machines));
    this.violate(
      'token sent twice',
      `${from.name} sends a token of ${name} again, and its answer is at ${where}`,
    );
  }

  async #nameFile(answer: Answer): Promise<void> {
    const holder = this.#world.holders.find(({ grant }) => grant === answer.grant);
    if (holder instanceof NativeApp) answer.fileName = holder.fileName;
    else if (holder?.sessionId)
      answer.fileName = (await this.#world.rows.find(holder.sessionId))?.row.attempt_id ?? undefined;
  }
}

/** The time within which every start is ready. */
const READY_MS = 5_000;

/** How long the broker keeps the answer to a native refresh. */
const NATIVE_REPLAY_MS = 10 * 60_000;

/** Errors of the language, which no trouble of the world explains. */
function isBug(type: string | undefined): boolean {
  return type === 'TypeError' || type === 'ReferenceError' || type === 'RangeError';
}

function briefly(line: Record<string, unknown>): string {
  const rest = omitKeys(line, 'level', 'time', 'msg');
  return `${String(line.level)} ${JSON.stringify(rest).slice(0, 300)}`;
}
