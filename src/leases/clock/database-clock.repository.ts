import { Injectable } from '@nestjs/common';
import { Database } from '../../database/connection/database.ts';

/** Reads the database's clock. */
@Injectable()
export class DatabaseClockRepository {
  constructor(private readonly database: Database) {}

  read(): Promise<Date> {
    return this.database.readNow();
  }
}
