import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LookupKeyRepository } from './lookup-key.repository.ts';

const NONCE_STEP_MS = 60_000;

/** How many steps a nonce is valid for after its own. Clocks of instances may differ by one step. */
const NONCE_STEPS = 2;

/** The fingerprint of a token or a login: `id` includes the issuer, `token` does not. */
export type Fingerprint = { readonly id: string; readonly token: string };

/** Names secrets without storing them (HMAC-SHA-256, RFC 2104). The names are the same on every instance. */
@Injectable()
export class Fingerprints implements OnModuleInit {
  private key: Buffer = Buffer.alloc(0);

  constructor(private readonly lookupKeyRows: LookupKeyRepository) {}

  async onModuleInit(): Promise<void> {
    this.key = await this.lookupKeyRows.getOrCreate();
  }

  ofRefreshToken(issuer: string, token: string): Fingerprint {
    return { id: this.name('refresh-token', issuer, token), token: this.name('token', token) };
  }

  /** @param challenge the code challenge of the login (RFC 7636) */
  ofLogin(issuer: string, challenge: string): Fingerprint {
    return { id: this.name('login', issuer, challenge), token: this.name('challenge', challenge) };
  }

  /** Returns the nonce for a proof of possession (RFC 9449 section 8). It is valid for one fingerprint and some minutes. */
  nonce(id: string, now = Date.now()): string {
    return this.nonceOf(id, stepOf(now));
  }

  isGoodNonce(nonce: string, id: string, now = Date.now()): boolean {
    const step = stepOf(now);
    for (let good = step - NONCE_STEPS; good <= step + 1; good++)
      if (isSame(nonce, this.nonceOf(id, good))) return true;
    return false;
  }

  private nonceOf(id: string, step: number): string {
    return this.name('nonce', id, String(step));
  }

  private name(...parts: readonly string[]): string {
    return createHmac('sha256', this.key).update(JSON.stringify(parts)).digest('base64url');
  }
}

function stepOf(now: number): number {
  return Math.floor(now / NONCE_STEP_MS);
}

function isSame(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}
