import { Injectable } from '@nestjs/common';
import { OutboundHttp } from '../../identity/outbound/outbound-http.service.ts';
import { AccountIssuers } from '../issuers/account-issuers.service.ts';
import { signClientAssertion } from '../client-keys/client-assertion.ts';
import type { ClientKey } from '../client-keys/client-key.ts';
import { ClientKeys } from '../client-keys/client-keys.service.ts';
import { type DpopSigner, signDpopProof } from '../dpop/dpop-proof.ts';
import type { Grant } from '../authorization/grant.ts';
import { decideAnswerOutcome } from './answer-outcome.ts';
import { NonceCache } from '../dpop/nonce-cache.ts';
import { decideRefreshFailure, type RefreshOutcome, type Rejection } from './refresh-outcome.ts';
import { isTokenEndpoint } from './token-endpoint-check.ts';
import { ServerClock } from '../issuers/server-clock.service.ts';

/** The account's DID document now leads to another issuer than the one that issued the grant. */
export class AccountMovedError extends Error {
  override readonly name = 'AccountMovedError';

  /** @param pds the account's PDS, from its current DID document */
  constructor(
    readonly pds: string,
    message: string,
  ) {
    super(message);
  }
}

/** Everything that signing and sending a refresh needs, fetched and verified. */
export type RefreshPlan = {
  readonly clientId: string;
  readonly issuer: string;
  readonly tokenEndpoint: URL;
  /** The account's PDS, from its current DID document. */
  readonly pds: string;
  readonly clientKey: ClientKey | undefined;
};

/** A signed refresh request. It may be sent once. */
export type SignedRefresh = {
  readonly plan: RefreshPlan;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How far the issuer's clock was assumed to run ahead, in milliseconds. */
  readonly clockOffset: number;
};

/** Refreshes a grant in three steps: plan, sign, transmit. The caller commits to sending between the last two. */
@Injectable()
export class TokenRefresh {
  private readonly nonces = new NonceCache();

  constructor(
    private readonly clientKeys: ClientKeys,
    private readonly outboundHttp: OutboundHttp,
    private readonly accountIssuers: AccountIssuers,
    private readonly serverClock: ServerClock,
  ) {}

  /**
   * Fetches what a refresh needs. Verifies that the issuer is still responsible for the account, as the atproto OAuth
   * profile requires: subject -> DID document -> PDS -> issuer.
   *
   * @throws AccountMovedError, or the error of a failed fetch
   */
  async plan({
    did,
    clientId,
    issuer,
    kid,
  }: Pick<Grant, 'did' | 'clientId' | 'issuer' | 'kid'>): Promise<RefreshPlan> {
    const clientKey = await this.clientKeys.keyOfGrant(kid);
    const { metadata, pds } = await this.accountIssuers.find(did);
    if (metadata.issuer !== issuer)
      throw new AccountMovedError(pds, `${did} is at ${metadata.issuer}, not at ${issuer}.`);
    return { clientId, issuer, tokenEndpoint: new URL(metadata.token_endpoint), pds, clientKey };
  }

  /** Signs a refresh with a fresh `jti`, the issuer's newest nonce and the issuer's time. */
  async sign(
    plan: RefreshPlan,
    { refreshToken, signer }: Pick<Grant, 'refreshToken'> & { readonly signer: DpopSigner },
  ): Promise<SignedRefresh> {
    const { tokenEndpoint, issuer } = plan;
    const clockOffset = this.serverClock.offsetOf(issuer);
    const now = this.serverClock.now(issuer);
    const nonce = this.nonces.get(issuer);
    const proof = signDpopProof(signer, { method: 'POST', url: tokenEndpoint, nonce, now });
    const parameters = {
      grant_type: 'refresh_token',
      refresh_token: refreshToken ?? '',
      ...(await this.authenticate(plan, now)),
    };
    return {
      plan,
      clockOffset,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
        dpop: proof,
      },
      body: new URLSearchParams(parameters).toString(),
    };
  }

  /** Sends a signed refresh and waits for the response without a time limit. Never throws. */
  async transmit({ plan, headers, body, clockOffset }: SignedRefresh): Promise<RefreshOutcome> {
    try {
      const answer = await this.outboundHttp.refresh(plan.tokenEndpoint, { method: 'POST', headers, body });
      const clockWasWrong = this.learn(plan.issuer, answer.headers, clockOffset);
      const outcome = decideAnswerOutcome(answer);
      if (clockWasWrong && isRefusal(outcome)) return { kind: 'sign-again' };
      return outcome.kind === 'rejected' ? await this.check(plan, outcome) : outcome;
    } catch (cause) {
      return decideRefreshFailure(cause);
    }
  }

  /** Finds out whether a rejection is the token endpoint's own, if the response does not tell. */
  private async check({ tokenEndpoint }: RefreshPlan, rejection: Rejection): Promise<Rejection> {
    if (rejection.isOfEndpoint || !rejection.canBeChecked) return rejection;
    const { metadata } = this.outboundHttp.sessionLookups;
    return { ...rejection, isOfEndpoint: await isTokenEndpoint(metadata, tokenEndpoint) };
  }

  private learn(issuer: string, headers: Headers, clockOffset: number): boolean {
    const nonce = headers.get('dpop-nonce');
    if (nonce !== null) this.nonces.set(issuer, nonce);
    return this.serverClock.observe(issuer, name => headers.get(name), clockOffset);
  }

  private async authenticate(
    { clientId, clientKey, issuer }: RefreshPlan,
    now: Date,
  ): Promise<Record<string, string>> {
    if (!clientKey) return { client_id: clientId };
    return signClientAssertion(clientKey, { clientId, issuer, now });
  }
}

function isRefusal({ kind }: RefreshOutcome): boolean {
  return kind === 'refused' || kind === 'invalid-grant' || kind === 'rejected';
}
