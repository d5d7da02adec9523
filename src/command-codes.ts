import { once } from 'node:events';

/** Claim codes as they come in, from wherever they come; each is taken once. */
export class Codes extends EventTarget {
  private readonly codes: string[] = [];

  get isEmpty(): boolean {
    return this.codes.length === 0;
  }

  add(code: string): void {
    this.codes.push(code);
    this.dispatchEvent(new Event('code'));
  }

  /** Waits until there is a code, and leaves it; rejects when `signal` is aborted. */
  async wait(signal: AbortSignal): Promise<void> {
    if (this.isEmpty) await once(this, 'code', { signal });
  }

  /** Waits for the next code and takes it; rejects when `signal` is aborted. */
  async take(signal: AbortSignal): Promise<string> {
    let code = this.codes.shift();
    while (code === undefined) {
      await once(this, 'code', { signal });
      code = this.codes.shift();
    }
    return code;
  }
}

/** Reads what a person typed or pasted: the code, or the address that their browser could not open with it. */
export function codeIn(text: string): string | undefined {
  const line = text.trim();
  return URL.parse(line)?.searchParams.get('code') ?? (line === '' ? undefined : line);
}
