export type Stoppable = { stop: () => Promise<unknown> };

/** What a program has started so far; it is stopped once, the last started first. */
export class Started {
  readonly #parts: Promise<Stoppable>[] = [];
  #stopped: Promise<void> | undefined;

  get isStopping(): boolean {
    return this.#stopped !== undefined;
  }

  /** Starts a part, to be stopped with the others; throws when they are being stopped already. */
  async start<Part extends Stoppable>(begin: () => Promise<Part>): Promise<Part> {
    if (this.isStopping) throw new Error('nothing is started any more: all is being stopped');
    const part = begin();
    this.#parts.push(part);
    return part;
  }

  /** Stops every part, even when some fail to stop, and throws their errors together at the end. */
  stop(): Promise<void> {
    this.#stopped ??= stopAll(this.#parts.toReversed());
    return this.#stopped;
  }
}

async function stopAll(parts: Promise<Stoppable>[]): Promise<void> {
  const failures: unknown[] = [];
  for (const part of parts) await stopPart(part).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, 'not everything could be stopped');
}

async function stopPart(part: Promise<Stoppable>): Promise<void> {
  // A part that failed to start has told so to who started it, and there is nothing to stop.
  const started = await part.catch(() => undefined);
  await started?.stop();
}
