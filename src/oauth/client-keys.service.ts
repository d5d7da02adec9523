import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { JWK } from 'jose';
import { Config } from '../config/config.ts';
import { BrokerError } from '../errors/broker-error.ts';
import { Leases } from '../leases/leases.service.ts';
import { ClientKey, generateClientKey } from './client-key.ts';
import { ClientKeyRepository, type StoredClientKey } from './client-key.repository.ts';

/** The keys with which a confidential client proves who it is; a loopback client has none. */
@Injectable()
export class ClientKeys implements OnModuleInit {
  constructor(
    private readonly config: Config,
    private readonly keys: ClientKeyRepository,
    private readonly leases: Leases,
  ) {}

  /** Makes the first key. Instances that start together make one: a second would not be in every cached JWKS. */
  async onModuleInit(): Promise<void> {
    if (this.config.client.kind === 'loopback') return;
    const makeFirst = async (): Promise<void> => {
      if ((await this.keys.list()).length > 0) return;
      await this.keys.insert(await generateClientKey(), new Date());
    };
    await this.leases.withLease('first-client-key', makeFirst, { seconds: 30 });
  }

  /** Returns the public keys (RFC 7517): what issuers verify the client's assertions with. */
  async publicJwks(): Promise<{ keys: JWK[] }> {
    return { keys: (await this.keys.list()).map(({ privateJwk }) => toPublicJwk(privateJwk)) };
  }

  /** Returns the key that new authorizations begin with, none for a public client. */
  async keyForNewGrant(now = new Date()): Promise<ClientKey | undefined> {
    if (this.config.client.kind === 'loopback') return undefined;
    const active = (await this.keys.list()).find(key => isActive(key, now));
    if (!active) throw new BrokerError('InternalError', 'No client key is active.');
    return new ClientKey(toLibraryJwk(active));
  }

  /** Returns the key that a grant began with; it goes on with no other. None for the `kid` of a public client. */
  async keyOfGrant(kid: string | null): Promise<ClientKey | undefined> {
    if (kid === null) return undefined;
    const key = (await this.keys.list()).find(candidate => candidate.kid === kid);
    if (!key)
      throw new BrokerError('InternalError', 'The client key of this session is not stored any more.');
    return new ClientKey(toLibraryJwk(key));
  }
}

function isActive({ activeAt, retiredAt }: StoredClientKey, now: Date): boolean {
  return activeAt <= now && (retiredAt === null || retiredAt > now);
}

function toPublicJwk({ kty, crv, x, y, kid, alg }: JWK): JWK {
  return { kty, crv, x, y, kid, alg, use: 'sig' } as JWK;
}

function toLibraryJwk({ privateJwk }: StoredClientKey): ConstructorParameters<typeof ClientKey>[0] {
  return privateJwk as ConstructorParameters<typeof ClientKey>[0];
}
