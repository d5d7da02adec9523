import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.ts';
import { ForeignWrites } from '../database/cache/foreign-writes.service.ts';
import { RowCache } from '../database/cache/row-cache.ts';
import type { UiSession } from './ui-session.ts';
import { UiSessionRepository } from './ui-session.repository.ts';

/** Caches the browser sessions in use by the digests of their cookies, so that a warm request reads no row. */
@Injectable()
export class UiSessionCache extends RowCache<UiSession> {
  constructor(uiSessionRows: UiSessionRepository, foreignWrites: ForeignWrites, { cachedSessions }: Config) {
    super(foreignWrites, {
      read: digest => uiSessionRows.findUiSessionByDigest(digest),
      maxRows: cachedSessions,
    });
  }
}
