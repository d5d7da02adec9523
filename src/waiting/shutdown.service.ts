import { Injectable } from '@nestjs/common';

/** Tells all that refreshes that this process is about to end. */
@Injectable()
export class Shutdown {
  private readonly controller = new AbortController();

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  begin(): void {
    this.controller.abort();
  }
}
