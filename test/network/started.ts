export type Stoppable = { stop: () => Promise<unknown> };

/** The started parts of a program. Stops them once, in reverse order. */
export class Started {
  readonly #parts: Promise<Stoppable>[] = [];
  #stopped: Promise<void> | undefined;

  get isStopping(): boolean {
    return this.#stopped !== undefined;
  }

  /** Starts a part, to be stopped with the others. Throws if they are being stopped. */
  async start<Part extends Stoppable>(begin: () => Promise<Part>): Promise<Part> {
    if (this.isStopping) throw new Error('nothing is started any more: all is being stopped');
    const part = begin();
    this.#parts.push(part);
    return part;
  }

  /** Stops every part, even if some fail to stop, and then throws their errors together. */
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
  // The caller already knows that the part failed to start, and there is nothing to stop.
  const started = await part.catch(() => undefined);
  await started?.stop();
}
