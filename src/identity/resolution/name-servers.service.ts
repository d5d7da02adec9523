import { Injectable } from '@nestjs/common';
import { resolveTxtBySystem } from './resolve-txt.ts';

/** The machine's name servers, as a part that another can stand in for. */
@Injectable()
export class NameServers {
  /** Rejects when they give no answer at all. */
  resolveTxt(hostname: string): Promise<string[] | null> {
    return resolveTxtBySystem(hostname);
  }
}
