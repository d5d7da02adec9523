/** Stands for the database's time in the parameters of a statement, until the statement runs. */
export class DatabaseTime {
  /** @param offsetSeconds is added */
  constructor(readonly offsetSeconds: number) {}
}
