import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../../database/connection/database.ts';

/** Checks the database. */
@Injectable()
export class HealthRepository {
  constructor(private readonly database: Database) {}

  /** Resolves if the database answers, else rejects with its error. */
  async ping(): Promise<void> {
    await sql`select 1`.execute(this.database);
  }
}
