import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../../database/connection/database.ts';

/** Whether the database is there. */
@Injectable()
export class HealthRepository {
  constructor(private readonly database: Database) {}

  /** Resolves when the database answers; rejects with what keeps it from that. */
  async ping(): Promise<void> {
    await sql`select 1`.execute(this.database);
  }
}
