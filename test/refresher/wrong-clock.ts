const RightDate = Date;

/** Sets the clock of this process, and so of its brokers, but neither the database's nor the network's. */
export function setClockOff(minutes: number): void {
  globalThis.Date = class WrongDate extends RightDate {
    constructor(...values: [] | [number | string | Date]) {
      super(...((values.length === 0 ? [WrongDate.now()] : values) as [number]));
    }

    static override now(): number {
      return RightDate.now() + minutes * 60_000;
    }
  } as DateConstructor;
}

export function setClockRight(): void {
  globalThis.Date = RightDate;
}
