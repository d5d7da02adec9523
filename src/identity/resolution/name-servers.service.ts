import { Injectable } from '@nestjs/common';
import { resolveTxtBySystem } from './resolve-txt.ts';

/** The machine's name servers, as an injectable that tests can replace. */
@Injectable()
export class NameServers {
  /** Returns the TXT records of a name, or null if it has none. Rejects if no name server answers. */
  resolveTxt(hostname: string): Promise<string[] | null> {
    return resolveTxtBySystem(hostname);
  }
}
