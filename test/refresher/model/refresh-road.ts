import type { ServerResponse } from 'node:http';
import { type Answer, perform } from '../../network/fault-proxy.ts';
import type { Effect } from '../../network/faults.ts';
import { type ArrivingRefresh, send } from '../../network/strict-network.ts';
import type { TokenAnswer } from '../../network/strict-issuer.ts';

/**
 * What happens to one refresh. `refused`: it is answered before the issuer sees it; `lost`: there is no answer;
 * `late`: nor is there, and the issuer sees it only when it is told to; `held`: so is its answer, or itself.
 */
export type Trouble =
  | { kind: 'refused'; word: string; effect: Effect }
  | { kind: 'lost' | 'harmless'; effect: Effect }
  | { kind: 'late' }
  | { kind: 'held'; moment: 'before' | 'after' };

/** A refresh token on its way: what was sent, when by the shared clock, and what became of it. */
export type SentToken = {
  readonly refreshToken: string;
  readonly sentAt: number;
  /** Of the broker that sent it; unknown when its session was ended at that very moment. */
  owner: string | undefined;
  /** What was said to it, `ok` or an OAuth error code, by the issuer or in its place. */
  readonly said: string[];
  /** `refused`: whoever sent it was told that it was not accepted; `open`: an answer may come. */
  outcome: 'open' | 'answered' | 'refused' | 'lost';
  /** Whether a living broker has had the answer, or the refusal. */
  received: boolean;
  /** Whether it was in doubt, and nothing showed that it was not spent. */
  isBlind: boolean;
};

/** What became of a request or an answer that was held up. */
type Fate = 'delivered' | 'lost';

export type HeldToken = { sent: SentToken; release: (fate: Fate) => Promise<void> };

/** The road between the brokers and the issuer: remembers each refresh token that was sent, and lets trouble happen. */
export class RefreshRoad {
  readonly sent: SentToken[] = [];
  held: HeldToken[] = [];
  readonly #armed: Trouble[] = [];
  readonly #onSent: (sent: SentToken) => Promise<void>;
  readonly #onAsked: (refreshToken: string) => void;

  /**
   * @param onSent looks at each token that arrives, before anything comes of it
   * @param onAsked is told of each that the issuer does not look at, as it comes without a nonce
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
        await perform(trouble.effect, forward, response);
        return 'lost';
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
        // What nobody waits for any more arrives all the same.
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
