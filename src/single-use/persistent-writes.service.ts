import { Injectable } from '@nestjs/common';
import { Log } from '../observability/log/log.ts';
import { Shutdown } from '../waiting/shutdown.service.ts';
import { untilWritten } from './until-written.ts';

/** Writes what became of a token, however long the database is away. */
@Injectable()
export class PersistentWrites {
  constructor(
    private readonly shutdown: Shutdown,
    private readonly log: Log,
  ) {}

  /** @throws the last failure, during shutdown only */
  untilWritten<Result>(write: () => Promise<Result>): Promise<Result> {
    return untilWritten(write, {
      shutdown: this.shutdown.signal,
      onFailure: error => {
        this.log.databaseTrouble(error);
      },
    });
  }
}
