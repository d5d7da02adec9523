import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { CommandTerminal } from '../command/command-context.ts';
import { CommandFailure, exitCodes } from '../command/command-failure.ts';

/** Claim codes as they come in, from a browser or a person; each is taken once. */
export class Codes extends EventTarget {
  private readonly codes: string[] = [];
  private readonly ended = new AbortController();

  add(code: string): void {
    this.codes.push(code);
    this.dispatchEvent(new Event('code'));
  }

  /** Says that no more will come. */
  end(): void {
    this.ended.abort();
  }

  get isEmpty(): boolean {
    return this.codes.length === 0;
  }

  /** Waits until there is a code, and leaves it there; rejects when `signal` is aborted or no more will come. */
  async wait(signal: AbortSignal): Promise<void> {
    if (!this.isEmpty) return;
    await once(this, 'code', { signal: AbortSignal.any([signal, this.ended.signal]) }).catch(
      (error: unknown) => {
        throw this.ended.signal.aborted ? nobodyToAsk() : error;
      },
    );
  }

  /** Waits for the next code and takes it; rejects as `wait` does. */
  async take(signal: AbortSignal): Promise<string> {
    for (;;) {
      const code = this.codes.shift();
      if (code !== undefined) return code;
      await this.wait(signal);
    }
  }
}

/** Takes each line that is typed for a code, or for the address with it that a browser could not open. */
export function readCodes(
  input: CommandTerminal['input'],
  { onCode, onEnd }: { onCode: (code: string) => void; onEnd: () => void },
): { stop: () => void } {
  const lines = createInterface({ input, terminal: false });
  lines.on('line', text => {
    const line = text.trim();
    if (line !== '') onCode(URL.parse(line)?.searchParams.get('code') ?? line);
  });
  lines.once('close', onEnd);
  return {
    stop: () => {
      lines.close();
    },
  };
}

function nobodyToAsk(): CommandFailure {
  return new CommandFailure(
    'There is nobody to ask for the code: run this in a terminal, or without --no-loopback.',
    exitCodes.failed,
  );
}
