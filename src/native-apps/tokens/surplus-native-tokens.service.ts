import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { NativeTokens } from './native-tokens.service.ts';
import { NativeRefreshRepository } from './native-refresh.repository.ts';

/** Keeps the stored tokens within their limit. Deleted tokens still work, with their `key_id`. */
@Injectable()
export class SurplusNativeTokens {
  constructor(
    private readonly config: Config,
    private readonly nativeRefreshRows: NativeRefreshRepository,
    private readonly nativeTokens: NativeTokens,
  ) {}

  /** Deletes up to `limit` surplus tokens. Returns their number. */
  sweep(limit: number): Promise<number> {
    this.nativeTokens.tidy();
    return this.nativeRefreshRows.deleteBeyond(this.config.nativeTokens, limit);
  }
}
