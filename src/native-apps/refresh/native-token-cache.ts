import { BoundedCache } from '../../caching/bounded-cache.ts';
import type { TokenBinding, UseOutcome } from '../tokens/native-refresh.ts';
import { REPLAY_SECONDS } from '../tokens/native-refresh.repository.ts';

export const MOST_ANSWERS = 10_000;

/** The answer to the use of a token. */
export type Finished = Extract<UseOutcome, { kind: 'answered' }> & { readonly binding: TokenBinding };

/** The newest answers to uses of tokens, for as long as they are repeated. */
export class NativeTokenCache {
  private readonly answers = new BoundedCache<string, Finished>(MOST_ANSWERS, {
    ttl: REPLAY_SECONDS * 1000,
  });

  get size(): number {
    return this.answers.size;
  }

  findAnswer(id: string): Finished | undefined {
    return this.answers.get(id);
  }

  keepAnswer(id: string, finished: Finished): void {
    this.answers.set(id, finished);
  }

  forgetAnswer(id: string): void {
    this.answers.delete(id);
  }
}
