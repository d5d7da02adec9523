import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { JWK } from 'jose';
import { Config } from '../../config/config.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { counted } from '../../errors/counted.ts';
import { Leases } from '../../leases/leases.service.ts';
import { ClientKey, generateClientKey } from './client-key.ts';
import { findSigningKey } from './client-key-life.ts';
import { ClientKeyRepository, type KeyOwner, type StoredClientKey } from './client-key.repository.ts';

/** The lease of the process that makes or changes keys. */
export const CLIENT_KEYS_LEASE = { name: 'client-keys', seconds: 30 } as const;

/** Keys that authenticate a confidential client: the broker or a native app. A loopback client has none. */
@Injectable()
export class ClientKeys implements OnModuleInit {
  constructor(
    private readonly config: Config,
    private readonly clientKeyRows: ClientKeyRepository,
    private readonly leases: Leases,
  ) {}

  /** Makes the first key. The lease keeps instances that start together from making two: caches would miss one. */
  async onModuleInit(): Promise<void> {
    if (this.config.client.kind === 'loopback') return;
    await this.leases.withLease(CLIENT_KEYS_LEASE.name, () => this.makeFirstKey(), CLIENT_KEYS_LEASE);
  }

  /** Returns the JWKS (RFC 7517) with which issuers verify the client's assertions. */
  async publicJwks(owner: KeyOwner = null): Promise<{ keys: JWK[] }> {
    const published = await this.clientKeyRows.listPublishedKids(owner);
    const keys = (await this.clientKeyRows.list(owner)).filter(({ kid }) => published.includes(kid));
    return { keys: keys.map(({ privateJwk }) => toPublicJwk(privateJwk)) };
  }

  /** Returns the key for new authorizations, or undefined for a public client. */
  async keyForNewGrant(): Promise<ClientKey | undefined> {
    if (this.config.client.kind === 'loopback') return undefined;
    const keys = await this.clientKeyRows.list(null);
    const signing = findSigningKey(keys);
    if (!signing) throw new BrokerError('InternalError', 'No client key is active.');
    return toClientKey(signing);
  }

  /** Returns the key that a grant began with, which alone may refresh it. Undefined if `kid` is null (a public client). */
  async keyOfGrant(kid: string | null): Promise<ClientKey | undefined> {
    if (kid === null) return undefined;
    const key = (await this.clientKeyRows.list(null)).find(candidate => candidate.kid === kid);
    if (!key) throw new BrokerError('InternalError', 'The client key of this session is no longer stored.');
    return toClientKey(key);
  }

  private async makeFirstKey(): Promise<void> {
    if ((await this.clientKeyRows.listLives(null)).length > 0) return;
    const sessionsWithoutKey = [...(await this.clientKeyRows.countSessions(null)).values()].reduce(
      (sum, count) => sum + count,
      0,
    );
    if (sessionsWithoutKey > 0) {
      throw new Error(
        `The client keys are missing from the database, which ${counted(sessionsWithoutKey, 'session')} cannot do without. ` +
          'Restore the rows of the table client_key. To give these sessions up instead, delete their rows.',
      );
    }
    await this.clientKeyRows.insert(await generateClientKey(), { owner: null, active: true });
  }
}

function toPublicJwk({ kty, crv, x, y, kid, alg }: JWK): JWK {
  return { kty, crv, x, y, kid, alg, use: 'sig' } as JWK;
}

/** Returns a stored key in the form that signs assertions. */
export function toClientKey({ privateJwk }: StoredClientKey): ClientKey {
  return new ClientKey(privateJwk as ConstructorParameters<typeof ClientKey>[0]);
}
