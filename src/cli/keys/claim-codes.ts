import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { CommandTerminal } from '../command/command-context.ts';
import { CommandFailure, exitCodes } from '../command/command-failure.ts';

/** A queue of claim codes, from a browser or typed by a person. Each code is consumed once. */
export class ClaimCodes extends EventTarget {
  private readonly codes: string[] = [];
  private readonly ended = new AbortController();

  add(code: string): void {
    this.codes.push(code);
    this.dispatchEvent(new Event('code'));
  }

  /** Reports that no more codes will come. */
  close(): void {
    this.ended.abort();
  }

  get isEmpty(): boolean {
    return this.codes.length === 0;
  }

  /** Waits until there is a code. Rejects if `signal` is aborted or no more codes will come. */
  async waitForOne(signal: AbortSignal): Promise<void> {
    if (!this.isEmpty) return;
    await once(this, 'code', { signal: AbortSignal.any([signal, this.ended.signal]) }).catch(
      (error: unknown) => {
        throw this.ended.signal.aborted ? noMoreCodes() : error;
      },
    );
  }

  /** Waits for the next code and removes it. Rejects as `waitForOne` does. */
  async consume(signal: AbortSignal): Promise<string> {
    for (;;) {
      const code = this.codes.shift();
      if (code !== undefined) return code;
      await this.waitForOne(signal);
    }
  }
}

/** Reads each typed line as a code, or as the URL with the code that a browser could not open. */
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

function noMoreCodes(): CommandFailure {
  return new CommandFailure(
    'Standard input ended before a code was typed. Run this in a terminal, or without --no-loopback.',
    exitCodes.failed,
  );
}
