import type { ServerResponse } from 'node:http';
import { type Answer, perform } from '../../network/fault-proxy.ts';
import type { Effect } from '../../network/faults.ts';
import { type ArrivingRefresh, send } from '../../network/strict-network.ts';
import type { TokenAnswer } from '../../network/strict-issuer.ts';
import type { ModelBroker } from './model-broker.ts';

/**
 * The fate of one refresh. `refused`: gets a response before the issuer; `lost`: gets no response; `empty`: gets a complete
 * one without tokens; `late`: gets none, and the issuer gets it only on release; `held`: its response, or itself, waits for release.
 */
export type Trouble =
  | { kind: 'refused'; word: string; effect: Effect }
  | { kind: 'lost' | 'empty' | 'harmless'; effect: Effect }
  | { kind: 'late' }
  | { kind: 'held'; moment: 'before' | 'after' };

/** A sent refresh token, with the time by the shared clock and its fate. */
export type SentToken = {
  readonly refreshToken: string;
  readonly sentAt: number;
  /** The sending broker. Undefined if its session was ended at that moment. */
  owner: ModelBroker | undefined;
  /** The outcome, `ok` or an OAuth error code, by the issuer or in its place. */
  readonly said: string[];
  /** `refused`: the sender knows that it was not accepted; `open`: a response may come; `empty`: none can come any more. */
  outcome: 'open' | 'answered' | 'refused' | 'lost' | 'empty';
  /** True if a living broker got the response or the refusal. */
  received: boolean;
  /** True if it was in doubt, and nothing showed that it was not spent. */
  isBlind: boolean;
};

/** The fate of a held-up request or response. */
type Fate = 'delivered' | 'lost';

export type HeldToken = { sent: SentToken; release: (fate: Fate) => Promise<void> };

/** The road between brokers and issuer: records each sent refresh token, and causes troubles. */
export class RefreshRoad {
  readonly sent: SentToken[] = [];
  held: HeldToken[] = [];
  readonly #armed: Trouble[] = [];
  readonly #onSent: (sent: SentToken) => Promise<void>;
  readonly #onAsked: (refreshToken: string) => void;

  /**
   * @param onSent gets each token that arrives, before it has an effect
   * @param onAsked gets each one without a nonce, which the issuer does not read
   */
  constructor(onSent: (sent: SentToken) => Promise<void>, onAsked: (refreshToken: string) => void) {
    this.#onSent = onSent;
    this.#onAsked = onAsked;
  }

  arm(trouble: Trouble): void {
    this.#armed.push(trouble);
  }

  disarm(): void {
    this.#armed.length = 0;
  }

  readonly take = async (refresh: ArrivingRefresh, response: ServerResponse): Promise<void> => {
    const { refreshToken, hasNonce, judge } = refresh;
    if (!hasNonce) {
      this.#onAsked(refreshToken);
      send(response, await judge());
      return;
    }
    const sent: SentToken = {
      refreshToken,
      sentAt: Date.now(),
      owner: undefined,
      said: [],
      outcome: 'open',
      received: false,
      isBlind: false,
    };
    this.sent.push(sent);
    await this.#onSent(sent);
    const forward = async (): Promise<Answer> => {
      const answer = await judge();
      sent.said.push(wordOf(answer));
      return toAnswer(answer);
    };
    sent.outcome = await this.#happen(this.#armed.shift(), sent, forward, response);
  };

  async #happen(
    trouble: Trouble | undefined,
    sent: SentToken,
    forward: () => Promise<Answer>,
    response: ServerResponse,
  ): Promise<SentToken['outcome']> {
    switch (trouble?.kind) {
      case 'held':
        return this.#hold(sent, trouble.moment === 'after' ? await forward() : forward, response);
      case 'late':
        this.#holdUp(sent, async () => {
          await forward();
        });
        response.destroy();
        return 'lost';
      case 'refused':
        sent.said.push(trouble.word);
        await perform(trouble.effect, forward, response);
        return 'refused';
      case 'lost':
      case 'empty':
        await perform(trouble.effect, forward, response);
        return trouble.kind;
      default:
        await perform(trouble?.effect ?? noDelay, forward, response);
        return outcomeOf(sent);
    }
  }

  #hold(
    sent: SentToken,
    answer: Answer | (() => Promise<Answer>),
    response: ServerResponse,
  ): Promise<SentToken['outcome']> {
    return new Promise(resolve => {
      this.#holdUp(sent, async fate => {
        // A request without a waiting caller arrives all the same.
        const late = typeof answer === 'function' ? await answer() : answer;
        if (fate === 'lost') response.destroy();
        else await perform(noDelay, () => Promise.resolve(late), response);
        resolve(fate === 'lost' ? 'lost' : outcomeOf(sent));
      });
    });
  }

  #holdUp(sent: SentToken, release: HeldToken['release']): void {
    const held: HeldToken = {
      sent,
      release: async fate => {
        this.held = this.held.filter(other => other !== held);
        await release(fate);
      },
    };
    this.held.push(held);
  }
}

const noDelay: Effect = { kind: 'delay', moment: 'after', milliseconds: 0 };

function outcomeOf({ said }: SentToken): SentToken['outcome'] {
  return said.includes('ok') ? 'answered' : 'refused';
}

function wordOf({ status, body }: TokenAnswer): string {
  if (status === 200) return 'ok';
  return 'error' in body ? String(body.error) : `status ${status}`;
}

function toAnswer({ status, body }: TokenAnswer): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)),
  };
}
