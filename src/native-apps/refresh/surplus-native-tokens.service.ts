import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { NativeRefreshRepository } from './native-refresh.repository.ts';

/** Keeps the remembered tokens within their number: the others go on, with their `key_id`. */
@Injectable()
export class SurplusNativeTokens {
  constructor(
    private readonly config: Config,
    private readonly nativeRefreshRows: NativeRefreshRepository,
  ) {}

  /** Forgets up to `limit` tokens; answers how many. */
  sweep(limit: number): Promise<number> {
    return this.nativeRefreshRows.deleteBeyond(this.config.nativeTokens, limit);
  }
}
