import { Injectable } from '@nestjs/common';

/** Announces that this process is about to end: no refresh starts after that, and waits become short. */
@Injectable()
export class Shutdown {
  private readonly controller = new AbortController();

  /** Aborts when the shutdown is announced. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  announce(): void {
    this.controller.abort();
  }
}
