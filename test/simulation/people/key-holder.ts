import { ApiKeyRotations } from '../../../src/api-keys/keys/api-key-rotations.service.ts';
import { ApiKeys, type IssuedApiKey } from '../../../src/api-keys/keys/api-keys.service.ts';
import { ApiKeyVerifier } from '../../../src/api-keys/keys/api-key.verifier.ts';
import type { Rotation } from '../../../src/api-keys/keys/repetition.ts';
import { KeyRequestClaims } from '../../../src/api-keys/requests/key-request-claims.service.ts';
import { KeyRequests } from '../../../src/api-keys/requests/key-requests.service.ts';
import type { AuditSource } from '../../../src/audit/audit-event.ts';
import { invalidToken } from '../../../src/errors/broker-error.ts';
import { Logins } from '../../../src/login/logins.service.ts';
import { Sessions } from '../../../src/sessions/use/sessions.service.ts';
import type { BrokerProcess } from '../brokers/broker-process.ts';
import { getSessionOf } from './calls.ts';
import { Holder, isPassing } from './holder.ts';
import type { CallOutcome } from './outcome.ts';

const by: AuditSource = { actor: { kind: 'anonymous' }, from: '127.0.0.1' };
const SCOPE = 'atproto transition:generic';

/** How often a caller repeats a claim or a rotation that was not answered. */
const MOST_TRIES = 8;
const BETWEEN_TRIES_MS = 20_000;

type Key = { readonly id: IssuedApiKey['id']; readonly secret: string };

/** A program with an API key, and the owner who authorized it. */
export class KeyHolder extends Holder {
  #key: Key | undefined;
  #needsOwner = false;
  #rotations = 0;
  readonly #binding = `binding of ${this.name}`;

  get hasAccess(): boolean {
    return this.#key !== undefined;
  }

  protected async act(): Promise<void> {
    if (!this.#key) {
      await this.#create();
      return;
    }
    if (this.#needsOwner) {
      await this.#reconnect();
      return;
    }
    const what = this.random.weighted({ call: 86, rotate: 8, revoke: 3, 'give missing scope': 3 });
    if (what === 'call') await this.use();
    else if (what === 'give missing scope') await this.#reconnect();
    else if (what === 'rotate') await this.#rotate(this.#key);
    else await this.#revoke(this.#key);
  }

  async use(broker?: BrokerProcess): Promise<CallOutcome<unknown> | undefined> {
    const key = this.#key;
    if (!key || this.#needsOwner) return undefined;
    const outcome = await this.call(async at => {
      const principal = await at.get(ApiKeyVerifier).verify(key.secret, { from: '127.0.0.1' });
      if (!principal) throw invalidToken();
      return getSessionOf(at.get(Sessions), principal.sessionId);
    }, broker);
    if (outcome.kind === 'refused' && !isPassing(outcome.code)) await this.#beTold(outcome.code);
    return outcome;
  }

  async #beTold(code: string): Promise<void> {
    if (!this.world.server.areClocksRight) return;
    await this.world.judgeLoss(this, code);
    if (code === 'ReauthorizationRequired' && this.sessionId) {
      this.#needsOwner = true;
      this.grant = undefined;
    } else this.#forgetKey();
  }

  async #create(): Promise<void> {
    const input = { identifier: this.did, name: this.name, scope: SCOPE };
    const created = await this.call(at => at.get(KeyRequests).create(input, { kind: 'anonymous' }, by));
    if (created.kind !== 'ok') return;
    const { id, tempToken } = created.value;
    const begun = await this.call(at => at.get(Logins).beginKeyAuthorization(id, this.#binding, by));
    if (begun.kind !== 'ok') return;
    await this.actor.scheduler.sleep(this.actor, this.random.integer(500, 20_000), 'person consents');
    const parameters = this.issuer.authorize(begun.value);
    const finished = await this.call(at => at.get(Logins).finishLogin(parameters, this.#browser));
    if (finished.kind !== 'ok' || finished.value.kind !== 'key-authorized') return;
    const { code } = finished.value.request;
    this.grant = this.issuer.grants.find(({ answers }) => answers.has(parameters.get('code') ?? ''));
    this.#key = await this.#claim(id, tempToken, code);
    if (!this.#key) this.forget();
    else await this.#learnSession(this.#key);
  }

  /** Claims the key, and repeats it until an answer comes. A claim that was made must not be refused then. */
  async #claim(id: string, tempToken: string, code: string): Promise<Key | undefined> {
    let isAnswerMissing = false;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const claimed = await this.call(at =>
        at.get(KeyRequestClaims).claimWithToken(id as never, tempToken, code, by),
      );
      if (claimed.kind === 'ok') {
        // Now and then the answer is lost between the broker and its caller.
        if (tries > 1 || !this.random.chance(0.1)) return claimed.value;
        isAnswerMissing = true;
      } else if (claimed.kind === 'none' || isPassing(claimed.code)) isAnswerMissing = true;
      else {
        const hadTime = this.world.server.areClocksRight;
        if (isAnswerMissing && hadTime)
          this.world.violate('claim lost', `${this.name} repeated its claim and was told ${claimed.code}`);
        return undefined;
      }
      await this.actor.scheduler.sleep(this.actor, BETWEEN_TRIES_MS, 'claims again');
    }
    return undefined;
  }

  async #learnSession(key: Key): Promise<void> {
    const found = await this.call(async at => at.get(ApiKeys).get(key.id, this.did));
    if (found.kind === 'ok') this.sessionId = found.value.key.sessionId;
  }

  async #rotate(key: Key): Promise<void> {
    const rotation = {
      graceSeconds: this.random.pick([0, 3600]),
      idempotencyKey: `rotation ${++this.#rotations}`,
    };
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const rotated = await this.rotateOnce(key, rotation);
      if (rotated.kind === 'ok') {
        if (tries > 1 || !this.random.chance(0.1)) {
          this.#key = { id: rotated.value.id, secret: rotated.value.secret };
          return;
        }
      } else if (rotated.kind === 'refused' && !isPassing(rotated.code)) return;
      await this.actor.scheduler.sleep(this.actor, BETWEEN_TRIES_MS, 'rotates again');
    }
    // The owner gives up, and cannot know which secret works.
    this.#forgetKey();
  }

  protected rotateOnce(key: Key, rotation: Rotation): Promise<CallOutcome<IssuedApiKey>> {
    return this.call(at => at.get(ApiKeyRotations).rotate(key.id, this.did, rotation, by));
  }

  async #revoke(key: Key): Promise<void> {
    this.#forgetKey();
    await this.call(at => at.get(ApiKeys).revoke(key.id, this.did, by));
  }

  /** Reconnects a session that needs its owner. Its key works again. */
  async #reconnect(): Promise<void> {
    const { sessionId } = this;
    if (!sessionId) return;
    const begun = await this.call(at =>
      at.get(Logins).beginReconnection(sessionId, undefined, this.#binding),
    );
    if (begun.kind !== 'ok') {
      // It works already: nothing is missing, or an answer came late.
      if (begun.kind === 'refused' && begun.code === 'NotFound') await this.#settleReconnection();
      return;
    }
    // From here on the broker may revoke the grant of before.
    this.grant = undefined;
    await this.actor.scheduler.sleep(this.actor, this.random.integer(500, 20_000), 'person consents');
    const parameters = this.issuer.authorize(begun.value);
    await this.call(at => at.get(Logins).finishLogin(parameters, this.#browser));
    await this.#settleReconnection();
  }

  async #settleReconnection(): Promise<void> {
    if (!this.sessionId) return;
    this.#needsOwner = false;
    this.grant = await this.world.grantOfSession(this.sessionId, this.issuer);
    if (!this.grant) this.#forgetKey();
  }

  #forgetKey(): void {
    this.#key = undefined;
    this.#needsOwner = false;
    this.forget();
  }

  get #browser() {
    return { binding: this.#binding, userAgent: undefined, from: '127.0.0.1', cookie: undefined };
  }
}
