import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { ForeignWrites } from '../../database/cache/foreign-writes.service.ts';
import { RowCache } from '../../database/cache/row-cache.ts';
import type { PasswordSessionId } from '../../database/tables/id.ts';
import type { PasswordSession } from './password-session.ts';
import { PasswordSessionRepository } from './password-session.repository.ts';

/** A session that was renewed or ended, or that it was neither. */
type KnownPasswordSession = { readonly session: PasswordSession | undefined };

/** The password sessions in use, so that a warm request reads no row. */
@Injectable()
export class PasswordSessionCache extends RowCache<KnownPasswordSession, PasswordSessionId> {
  constructor(
    passwordSessionRows: PasswordSessionRepository,
    foreignWrites: ForeignWrites,
    { cachedSessions }: Config,
  ) {
    const read = async (id: PasswordSessionId): Promise<KnownPasswordSession> => ({
      session: await passwordSessionRows.find(id),
    });
    super(foreignWrites, { read, maxRows: cachedSessions });
  }
}
