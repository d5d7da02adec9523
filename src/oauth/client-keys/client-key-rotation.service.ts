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

/** The effect of a step, or of its dry run. */
export type KeyStepResult = {
  readonly dryRun: boolean;
  /** False if the key was already in the requested state. */
  readonly changed: boolean;
  /** Number of sessions that began with the key. Every step leaves them unchanged. */
  readonly sessions: number;
  /** The key after the step. `null` for the dry run of a publication, which makes no key. */
  readonly key: ClientKeyView | null;
};

/** The owner of the keys, the actor for the audit log, and whether to change anything. */
export type KeyStep = { readonly owner: KeyOwner; readonly dryRun: boolean; readonly by: AuditSource };

type Change = {
  readonly name: 'published' | 'activated' | 'retired';
  readonly kid: string;
  /** Returns false if another process changed the key first. */
  readonly write: (database: Kysely<Schema>) => Promise<boolean>;
};

type Decide = (key: ClientKeyLife, keys: readonly ClientKeyLife[], now: Date) => KeyDecision;

/** Publishes, activates and retires client keys for the operator. A lease lets one instance at a time take a step. */
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

  /** Lists every key of one owner, newest activation first. */
  async list(owner: KeyOwner): Promise<ClientKeyView[]> {
    const keys = await this.clientKeyRows.listLives(owner);
    const sessions = await this.clientKeyRows.countSessions(owner);
    return toClientKeyViews(keys, sessions, await this.clientKeyRows.listPublishedKids(owner));
  }

  /**
   * Generates a key and adds it to the JWKS. It signs only after its activation.
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
    await this.withKeysLease(() => this.apply({ name: 'published', kid: jwk.kid, write }, step));
    return { dryRun, changed: true, ...(await this.describeKey(jwk.kid, owner)) };
  }

  /**
   * Activates a key for new sessions.
   *
   * @throws BrokerError `NotFound`, `KeyRetired`, or `TooEarly` with the earliest possible time
   */
  activate(kid: string, step: KeyStep): Promise<KeyStepResult> {
    const decide = (key: ClientKeyLife, _keys: unknown, now: Date) => decideActivation(key, now);
    const write: Change['write'] = database => this.clientKeyRows.activate(kid, step.owner, database);
    return this.decideAndApply({ name: 'activated', kid, write }, decide, step);
  }

  /**
   * Retires a key from new sessions. Existing sessions keep using it.
   *
   * @throws BrokerError `NotFound`, `LastActiveKey`
   */
  retire(kid: string, step: KeyStep): Promise<KeyStepResult> {
    const write: Change['write'] = database => this.clientKeyRows.retire(kid, step.owner, database);
    return this.decideAndApply({ name: 'retired', kid, write }, decideRetirement, step);
  }

  private decideAndApply(change: Change, decide: Decide, step: KeyStep): Promise<KeyStepResult> {
    const { kid } = change;
    const { owner, dryRun } = step;
    return this.withKeysLease(async () => {
      const keys = await this.clientKeyRows.listLives(owner);
      const key = keys.find(candidate => candidate.kid === kid);
      if (!key) throw new BrokerError('NotFound', 'There is no client key with this kid.');
      const { kind } = decide(key, keys, key.readAt);
      if (kind !== 'change' && kind !== 'nothing-to-do') throw refusal(kind, key);
      const changed = kind === 'change';
      if (changed && !dryRun) await this.apply(change, step);
      return { dryRun, changed, ...(await this.describeKey(kid, owner)) };
    });
  }

  private async apply({ name, kid, write }: Change, { owner, by }: KeyStep): Promise<void> {
    await this.database.transact(async transaction => {
      if (!(await write(transaction)))
        throw new BrokerError(
          'DatabaseUnavailable',
          'Another process changed the client keys at the same time. Look at them, then try again.',
        );
      const event = { ...by, action: `client-key.${name}`, target: { kind: 'client-key', id: kid } } as const;
      await this.auditLog.record(
        { ...event, ...(owner !== null && { detail: { app: owner } }) },
        transaction,
      );
    });
    this.log.clientKeyChanged({ kid, step: name, sessions: (await this.describeKey(kid, owner)).sessions });
  }

  private async describeKey(
    kid: string,
    owner: KeyOwner,
  ): Promise<{ sessions: number; key: ClientKeyView | null }> {
    const key = (await this.list(owner)).find(candidate => candidate.kid === kid) ?? null;
    return { sessions: key?.sessions ?? 0, key };
  }

  private withKeysLease<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.leases.withLease(CLIENT_KEYS_LEASE.name, work, CLIENT_KEYS_LEASE);
  }

  private requireConfidential(): void {
    if (this.config.client.kind === 'confidential') return;
    throw new BrokerError(
      'PublicClient',
      'This broker has no https public URL, so it is a public OAuth client and has no keys. Set LATCHKEY_PUBLIC_URL to an https URL first.',
    );
  }
}

function refusal(kind: KeyRefusal, key: ClientKeyLife): BrokerError {
  switch (kind) {
    case 'too-early':
      return new BrokerError(
        'TooEarly',
        `Issuers may not have read this key yet. Activate it at ${activatableFrom(key).toISOString()} or later.`,
      );
    case 'retired':
      return new BrokerError(
        'KeyRetired',
        'This key is retired and cannot be activated again. Publish a new one.',
      );
    case 'last-active':
      return new BrokerError(
        'LastActiveKey',
        'This is the only active key, and signing in needs one. Activate another key first.',
      );
  }
}
