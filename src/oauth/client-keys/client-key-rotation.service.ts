import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { AuditSource } from '../../audit/audit-event.ts';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { Config } from '../../config/config.ts';
import { Database } from '../../database/connection/database.ts';
import type { Schema } from '../../database/tables/schema.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { Leases } from '../../leases/leases.service.ts';
import { Log } from '../../observability/log/log.ts';
import { generateClientKey } from './client-key.ts';
import {
  activatableFrom,
  type ClientKeyLife,
  decideActivation,
  decideRetirement,
  type KeyDecision,
  type KeyRefusal,
} from './client-key-life.ts';
import { ClientKeyRepository, type KeyOwner } from './client-key.repository.ts';
import { type ClientKeyView, toClientKeyViews } from './client-key-view.ts';
import { CLIENT_KEYS_LEASE } from './client-keys.service.ts';

/** What a step did, or would do. */
export type KeyStepResult = {
  readonly dryRun: boolean;
  /** Whether there was anything to do. */
  readonly changed: boolean;
  /** How many sessions were begun with the key; they live on, whatever becomes of it. */
  readonly sessions: number;
  /** The key as it is now; `null` where a dry run makes none. */
  readonly key: ClientKeyView | null;
};

/** Who changes whose keys. */
export type KeyStep = { readonly owner: KeyOwner; readonly dryRun: boolean; readonly by: AuditSource };

type Change = {
  readonly name: 'published' | 'activated' | 'retired';
  readonly kid: string;
  /** Answers whether this call did it. */
  readonly write: (database: Kysely<Schema>) => Promise<boolean>;
};

type Decide = (key: ClientKeyLife, keys: readonly ClientKeyLife[], now: Date) => KeyDecision;

/** What the operator does with client keys: publish one, let it sign, retire it. One step at a time, among all instances. */
@Injectable()
export class ClientKeyRotation {
  constructor(
    private readonly config: Config,
    private readonly clientKeyRows: ClientKeyRepository,
    private readonly leases: Leases,
    private readonly log: Log,
    private readonly database: Database,
    private readonly auditLog: AuditLog,
  ) {}

  /** Lists every key of one owner, the one that became active last first. */
  async list(owner: KeyOwner): Promise<ClientKeyView[]> {
    const keys = await this.clientKeyRows.listLives(owner);
    const sessions = await this.clientKeyRows.countSessions(owner);
    return toClientKeyViews(keys, sessions, await this.clientKeyRows.listPublishedKids(owner));
  }

  /**
   * Makes a key and shows it in the JWKS; nothing is signed with it yet.
   *
   * @throws BrokerError `PublicClient`
   */
  async publish(step: KeyStep): Promise<KeyStepResult> {
    this.requireConfidential();
    const { owner, dryRun } = step;
    if (dryRun) return { dryRun, changed: true, sessions: 0, key: null };
    const jwk = await generateClientKey();
    const write = async (database: Kysely<Schema>): Promise<boolean> => {
      await this.clientKeyRows.insert(jwk, { owner, active: false }, database);
      return true;
    };
    await this.alone(() => this.apply({ name: 'published', kid: jwk.kid, write }, step));
    return { dryRun, changed: true, ...(await this.look(jwk.kid, owner)) };
  }

  /**
   * Lets new sessions begin with a key.
   *
   * @throws BrokerError `NotFound`; `TooEarly` with the time from which on it is possible; `KeyRetired`
   */
  activate(kid: string, step: KeyStep): Promise<KeyStepResult> {
    const decide = (key: ClientKeyLife, _keys: unknown, now: Date) => decideActivation(key, now);
    const write: Change['write'] = database => this.clientKeyRows.activate(kid, step.owner, database);
    return this.take({ name: 'activated', kid, write }, decide, step);
  }

  /**
   * Lets no session begin with a key any more. Those that it began go on with it.
   *
   * @throws BrokerError `NotFound`; `LastActiveKey`
   */
  retire(kid: string, step: KeyStep): Promise<KeyStepResult> {
    const write: Change['write'] = database => this.clientKeyRows.retire(kid, step.owner, database);
    return this.take({ name: 'retired', kid, write }, decideRetirement, step);
  }

  private take(change: Change, decide: Decide, step: KeyStep): Promise<KeyStepResult> {
    const { kid } = change;
    const { owner, dryRun } = step;
    return this.alone(async () => {
      const keys = await this.clientKeyRows.listLives(owner);
      const key = keys.find(candidate => candidate.kid === kid);
      if (!key) throw new BrokerError('NotFound', 'There is no such client key.');
      const { kind } = decide(key, keys, key.readAt);
      if (kind !== 'change' && kind !== 'nothing-to-do') throw refusal(kind, key);
      const changed = kind === 'change';
      if (changed && !dryRun) await this.apply(change, step);
      return { dryRun, changed, ...(await this.look(kid, owner)) };
    });
  }

  private async apply({ name, kid, write }: Change, { owner, by }: KeyStep): Promise<void> {
    await this.database.transaction().execute(async transaction => {
      if (!(await write(transaction)))
        throw new BrokerError('DatabaseUnavailable', 'Another process changed the client keys just now.');
      const event = { ...by, action: `client-key.${name}`, target: { kind: 'client-key', id: kid } } as const;
      await this.auditLog.record(
        { ...event, ...(owner !== null && { detail: { app: owner } }) },
        transaction,
      );
    });
    this.log.clientKeyChanged({ kid, step: name, sessions: (await this.look(kid, owner)).sessions });
  }

  private async look(kid: string, owner: KeyOwner): Promise<{ sessions: number; key: ClientKeyView | null }> {
    const key = (await this.list(owner)).find(candidate => candidate.kid === kid) ?? null;
    return { sessions: key?.sessions ?? 0, key };
  }

  private alone<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.leases.withLease(CLIENT_KEYS_LEASE.name, work, CLIENT_KEYS_LEASE);
  }

  private requireConfidential(): void {
    if (this.config.client.kind === 'confidential') return;
    throw new BrokerError(
      'PublicClient',
      'A broker without an https public URL is a public client, which has no keys.',
    );
  }
}

function refusal(kind: KeyRefusal, key: ClientKeyLife): BrokerError {
  switch (kind) {
    case 'too-early':
      return new BrokerError(
        'TooEarly',
        `Issuers may not have seen this key yet; it can be activated from ${activatableFrom(key).toISOString()} on.`,
      );
    case 'retired':
      return new BrokerError('KeyRetired', 'This key is retired for good; publish a new one.');
    case 'last-active':
      return new BrokerError(
        'LastActiveKey',
        'No other key is active, so nobody could sign in without this one; activate another first.',
      );
  }
}
