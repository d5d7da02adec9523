import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { NativeRefreshRepository } from './native-refresh.repository.ts';

/** Keeps the stored tokens within their limit. Deleted tokens still work, with their `key_id`. */
@Injectable()
export class SurplusNativeTokens {
  constructor(
    private readonly config: Config,
    private readonly nativeRefreshRows: NativeRefreshRepository,
  ) {}

  /** Deletes up to `limit` surplus tokens. Returns their number. */
  sweep(limit: number): Promise<number> {
    return this.nativeRefreshRows.deleteBeyond(this.config.nativeTokens, limit);
  }
}
