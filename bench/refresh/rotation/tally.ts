import type { Load } from './load.ts';

/** The totals of all rotations of one contender under one load. */
export class Tally {
  readonly name: string;
  readonly inFlight: number;
  rotations = 0;
  requests = 0;
  failed = 0;
  tokenRequests = 0;
  lost = 0;
  #milliseconds = 0;

  constructor(name: string, inFlight: number) {
    this.name = name;
    this.inFlight = inFlight;
  }

  /** Responses, not failures. */
  get answersPerSecond(): number {
    return ((this.requests - this.failed) * 1000) / this.#milliseconds;
  }

  get tokenRequestsPerRotation(): number {
    return this.tokenRequests / this.rotations;
  }

  add({ requests, failed, milliseconds }: Load, tokenRequests: number, lost: boolean): void {
    this.rotations++;
    this.requests += requests;
    this.failed += failed;
    this.tokenRequests += tokenRequests;
    this.lost += Number(lost);
    this.#milliseconds += milliseconds;
  }
}
