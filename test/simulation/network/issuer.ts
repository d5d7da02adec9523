import { randomBytes } from 'node:crypto';
import { didOfHandle, isFakeDid } from '../../network/fake-accounts.ts';
import { issuerDocumentAt } from '../../network/issuer-documents.ts';
import { PushedRequests } from '../../network/pushed-requests.ts';
import type { Actor } from '../time/actor.ts';
import type { Random } from '../time/random.ts';
import type { Answer, Grant, GrantEnd } from './grants.ts';
import { oddChallenge, oddRefusal, oddTokens } from './oddities.ts';
import { ProofCheck } from './proofs.ts';
import { json, type WireReply, type WireRequest, type WireServer } from './wire.ts';

const ACCESS_SECONDS = 3600;

/** How often a person grants less than was asked for. */
const LESS_SCOPE = 0.2;

/**
 * `strict`: as a PDS today; `stateless`: access tokens live on after a rotation; `odd-words`: refuses in words of its own;
 * `odd-members`: answers with odd members; `slow`: takes its time; `silent`: its revocation endpoint never answers.
 */
export type IssuerKind = 'strict' | 'stateless' | 'odd-words' | 'odd-members' | 'slow' | 'silent';

/** What an issuer tells the world. */
export type IssuerWatch = {
  /** Before a refresh token is judged. `answer`: it was spent before. */
  readonly onRefresh: (grant: Grant, answer: Answer | undefined, by: Sender) => void;
  /** A token was spent. */
  readonly onAnswer: (answer: Answer) => void;
  readonly onRevocation: (grant: Grant, from: Actor) => void;
};

type AccessToken = { readonly grant: Grant; readonly expiresAt: number };

/** A person's own server: PDS and authorization server at one origin. */
export class Issuer implements WireServer {
  readonly origin: string;
  readonly kind: IssuerKind;
  readonly actor: Actor;
  readonly grants: Grant[] = [];
  readonly #random: Random;
  readonly #watch: IssuerWatch;
  readonly #proofs: ProofCheck;
  readonly #pushed: PushedRequests;
  readonly #byToken = new Map<string, Grant>();
  readonly #byAccessToken = new Map<string, AccessToken>();

  constructor(origin: string, kind: IssuerKind, actor: Actor, watch: IssuerWatch) {
    this.origin = origin;
    this.kind = kind;
    this.actor = actor;
    this.#random = actor.random;
    this.#watch = watch;
    this.#proofs = new ProofCheck(origin);
    this.#pushed = new PushedRequests(origin);
  }

  get #now(): number {
    return this.actor.wallMs();
  }

  /** Consents at this address. Returns the callback's parameters. */
  authorize(url: URL): URLSearchParams {
    return this.#pushed.authorize(url.searchParams.get('request_uri') ?? '');
  }

  /** Returns the grant of a refresh token of any age. */
  grantOf(refreshToken: string): Grant | undefined {
    return this.#byToken.get(refreshToken);
  }

  /** Gives a grant to a client that is not a broker's. Returns it with its first tokens in place. */
  give(facts: Pick<Grant, 'did' | 'jkt' | 'kid' | 'clientId'>, to: Actor): Grant {
    const grant = this.#begin(facts);
    this.#renew(grant, 'given', to);
    for (const answer of grant.answers.values()) answer.state = 'received';
    return grant;
  }

  end(grant: Grant, end: GrantEnd): void {
    grant.end ??= end;
  }

  handle(request: WireRequest): WireReply | undefined {
    const reply = this.#route(request);
    if (!reply) return undefined;
    const afterMs = this.kind === 'slow' ? this.#slowness() : 0;
    const headers = {
      date: new Date(this.#now).toUTCString(),
      'dpop-nonce': this.#proofs.nonceAt(this.#now),
      ...reply.headers,
    };
    return { ...reply, headers, afterMs: afterMs + (reply.afterMs ?? 0) };
  }

  #slowness(): number {
    return this.#random.chance(0.05)
      ? this.#random.integer(60_000, 400_000)
      : this.#random.integer(200, 20_000);
  }

  #route(request: WireRequest): WireReply | undefined {
    const { url, method } = request;
    if (url.pathname.startsWith('/xrpc/')) return this.#call(request);
    if (method === 'POST') return this.#form(request);
    const document = issuerDocumentAt(url);
    return json(document ? 200 : 404, document ?? {});
  }

  /** Handles a call of the PDS (RFC 9449 section 7). */
  #call({ url, method, headers }: WireRequest): WireReply {
    const token = /^DPoP (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
    const proof = this.#proofs.check(headers.dpop ?? '', method, url, this.#now);
    const access = this.#byAccessToken.get(token);
    const isLive =
      access && access.expiresAt > this.#now && (this.kind === 'stateless' || this.#isNewest(access, token));
    if ('jkt' in proof && isLive && access.grant.jkt === proof.jkt)
      return json(200, { did: access.grant.did });
    const error = 'error' in proof ? proof.error : 'invalid_token';
    if (this.kind === 'odd-words') return oddChallenge(error, this.#random);
    return json(401, { error }, { 'www-authenticate': `DPoP error="${error}"` });
  }

  #isNewest({ grant }: AccessToken, token: string): boolean {
    return grant.end === undefined && grant.accessToken === token;
  }

  #form(request: WireRequest): WireReply | undefined {
    const { from, sentAt, url, headers, body } = request;
    const form = new URLSearchParams(body);
    const proof = this.#proofs.check(headers.dpop ?? '', 'POST', url, this.#now);
    if ('error' in proof) return json(400, { error: proof.error });
    const kid = this.#proofs.checkClient(form, this.#now);
    if (kid === undefined) return json(401, { error: 'invalid_client' });
    switch (url.pathname) {
      case '/par': {
        const { status, body: pushed } = this.#pushed.push(form);
        return json(status, pushed);
      }
      case '/revoke':
        return this.#revoke(form.get('token') ?? '', from);
      case '/token':
        return form.get('grant_type') === 'refresh_token'
          ? this.#refresh(form.get('refresh_token') ?? '', { jkt: proof.jkt, kid, from, sentAt })
          : this.#redeem(form, { jkt: proof.jkt, kid, from, sentAt });
      default:
        return json(404, {});
    }
  }

  #revoke(token: string, from: Actor): WireReply | undefined {
    const grant = this.#byToken.get(token) ?? this.#byAccessToken.get(token)?.grant;
    const isNewest = grant?.refreshToken === token || grant?.accessToken === token;
    if (grant?.end === undefined && isNewest) {
      this.#watch.onRevocation(grant, from);
      this.end(grant, 'revocation');
    }
    return this.kind === 'silent' ? undefined : json(200, {});
  }

  #redeem(form: URLSearchParams, by: Sender): WireReply {
    const redeemed = this.#pushed.redeem(form);
    if (!redeemed) return json(400, { error: 'invalid_grant' });
    const hint = redeemed.loginHint;
    const did = isFakeDid(hint) ? hint : didOfHandle(hint);
    const grant = this.#begin({ did, jkt: by.jkt, kid: by.kid, clientId: form.get('client_id') ?? '' });
    return this.#renew(grant, form.get('code') ?? '', by.from);
  }

  #begin(facts: Pick<Grant, 'did' | 'jkt' | 'kid' | 'clientId'>): Grant {
    const grant: Grant = {
      ...facts,
      number: this.grants.length,
      refreshToken: '',
      accessToken: '',
      scope: this.#random.chance(LESS_SCOPE) ? 'atproto' : 'atproto transition:generic',
      end: undefined,
      answers: new Map(),
    };
    this.grants.push(grant);
    return grant;
  }

  #refresh(token: string, by: Sender): WireReply {
    const grant = this.#byToken.get(token);
    if (!grant) return this.#refuse();
    const answer = grant.answers.get(token);
    this.#watch.onRefresh(grant, answer, by);
    if (answer) this.end(grant, 'replay');
    else if (grant.jkt !== by.jkt || grant.kid !== by.kid) this.end(grant, 'wrong-key');
    return grant.end === undefined ? this.#renew(grant, token, by.from) : this.#refuse();
  }

  #refuse(): WireReply {
    return this.kind === 'odd-words' ? oddRefusal(this.#random) : json(400, { error: 'invalid_grant' });
  }

  /** Rotates a grant's tokens, in answer to a token or code that it spends. */
  #renew(grant: Grant, spent: string, to: Actor): WireReply {
    grant.refreshToken = newToken();
    const expiresAt = this.#now + ACCESS_SECONDS * 1000;
    grant.accessToken = newAccessToken(expiresAt);
    this.#byToken.set(grant.refreshToken, grant);
    this.#byAccessToken.set(grant.accessToken, { grant, expiresAt });
    const { refreshToken } = grant;
    const answer: Answer = {
      grant,
      refreshToken,
      to,
      fileName: undefined,
      at: this.actor.scheduler.now,
      state: 'travelling',
      rollback: undefined,
    };
    const isFirst = grant.answers.size === 0;
    grant.answers.set(spent, answer);
    this.#watch.onAnswer(answer);
    const tokens = {
      access_token: grant.accessToken,
      refresh_token: refreshToken,
      token_type: 'DPoP',
      expires_in: ACCESS_SECONDS,
      scope: grant.scope,
      sub: grant.did,
    };
    // The official library reads the first answer, and is strict.
    const reply =
      this.kind === 'odd-members' && !isFirst ? oddTokens(tokens, this.#random) : json(200, tokens);
    return {
      ...reply,
      onFate: fate => {
        if (answer.state === 'travelling') answer.state = fate;
      },
    };
  }
}

/** The process that sent a request, and the keys that it proved. */
export type Sender = {
  readonly jkt: string;
  readonly kid: string | null;
  readonly from: Actor;
  readonly sentAt: number;
};

/** As a PDS makes them: a JWT that tells its own end. */
function newAccessToken(expiresAt: number): string {
  const parts = [{ typ: 'at+jwt', alg: 'ES256K' }, { exp: Math.floor(expiresAt / 1000) }];
  const [header, payload] = parts.map(part => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return `${header}.${payload}.${newToken()}`;
}

function newToken(): string {
  return randomBytes(18).toString('base64url');
}
