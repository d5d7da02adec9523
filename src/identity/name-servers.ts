import { Injectable } from '@nestjs/common';
import { type ResolveTxt, resolveTxtBySystem } from './resolve-txt.ts';

/** The machine's name servers, as a part that another can stand in for. */
@Injectable()
export class NameServers {
  readonly resolveTxt: ResolveTxt = resolveTxtBySystem;
}
