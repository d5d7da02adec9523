import { Controller, Delete, Get, HttpCode, Module, type OnModuleInit, Param, Post } from '@nestjs/common';
import { Caller } from '../../src/access/caller.decorator.ts';
import type { Principal } from '../../src/access/principal.ts';
import { Allow } from '../../src/http/origins/allow.decorator.ts';
import type { TempTokenScope } from '../../src/temp-tokens/temp-token-scope.ts';
import { TempTokenScopes } from '../../src/temp-tokens/temp-token-scopes.service.ts';
import { TempTokens } from '../../src/temp-tokens/temp-tokens.service.ts';
import { TempTokensModule } from '../../src/temp-tokens/temp-tokens.module.ts';

/** Allows reading and changing a thing, any number of times. */
export const readThing: TempTokenScope = {
  name: 'read-thing',
  routes: [
    { method: 'GET', path: '/things/:thing' },
    { method: 'POST', path: '/things/:thing/finish' },
  ],
  resource: 'thing',
  longestSeconds: 600,
  singleUse: false,
};

/** Allows claiming a thing, once. */
export const claimThing: TempTokenScope = {
  name: 'claim-thing',
  routes: [{ method: 'POST', path: '/things/:thing/claim' }],
  resource: 'thing',
  longestSeconds: 60,
  singleUse: true,
};

/** The calls of the handlers, in order. */
export type Served = { readonly handler: string; readonly thing: string; readonly caller: Principal };

export const served: Served[] = [];

/** Holds the handler that finishes a thing until the suite releases it. */
export const finishing: { begun: () => void; goOn: Promise<unknown>; deleted: (count: number) => void } = {
  begun: () => undefined,
  goOn: Promise.resolve(),
  deleted: () => undefined,
};

@Controller('things')
class ThingsController {
  constructor(private readonly tempTokens: TempTokens) {}

  @Get('all')
  @Allow('temp-token')
  all(@Caller() caller: Principal): Served {
    return note({ handler: 'all', thing: 'all', caller });
  }

  @Get(':thing')
  @Allow('temp-token', 'browser')
  read(@Param('thing') thing: string, @Caller() caller: Principal): Served {
    return note({ handler: 'read', thing, caller });
  }

  @Delete(':thing')
  @Allow('temp-token')
  remove(@Param('thing') thing: string, @Caller() caller: Principal): Served {
    return note({ handler: 'remove', thing, caller });
  }

  @Get(':thing/parts/:part')
  @Allow('temp-token')
  part(@Param('thing') thing: string, @Caller() caller: Principal): Served {
    return note({ handler: 'part', thing, caller });
  }

  @Post(':thing/claim')
  @HttpCode(200)
  @Allow('temp-token')
  claim(@Param('thing') thing: string, @Caller() caller: Principal): Served {
    return note({ handler: 'claim', thing, caller });
  }

  @Post(':thing/finish')
  @HttpCode(200)
  @Allow('temp-token')
  async finish(@Param('thing') thing: string): Promise<void> {
    finishing.begun();
    await finishing.goOn;
    finishing.deleted(await this.tempTokens.deleteByResource('read-thing', thing));
  }
}

function note(call: Served): Served {
  served.push(call);
  return call;
}

@Module({ imports: [TempTokensModule], controllers: [ThingsController] })
export class ThingsModule implements OnModuleInit {
  constructor(private readonly scopes: TempTokenScopes) {}

  onModuleInit(): void {
    this.scopes.register(readThing);
    this.scopes.register(claimThing);
  }
}
