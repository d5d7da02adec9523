import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DeclaredRoutes } from '../access/declared-routes.service.ts';
import { findScopeProblems } from './scope-problems.ts';
import type { TempTokenScope } from './temp-token-scope.ts';

/** The scopes that temp tokens can have. Modules register theirs in `onModuleInit`; once all have, they are checked. */
@Injectable()
export class TempTokenScopes implements OnApplicationBootstrap {
  private readonly registered: TempTokenScope[] = [];
  private isOpen = true;

  constructor(private readonly declaredRoutes: DeclaredRoutes) {}

  /** @throws Error when the process has started: nobody would check the scope any more */
  register(scope: TempTokenScope): void {
    if (!this.isOpen)
      throw new Error(`The temp-token scope "${scope.name}" comes too late; register it in onModuleInit.`);
    this.registered.push(scope);
  }

  /** @throws Error with one message that names every scope and route that is wrong, so that the process does not start */
  onApplicationBootstrap(): void {
    this.isOpen = false;
    const problems = findScopeProblems(this.registered, this.declaredRoutes.list());
    if (problems.length > 0) throw new Error(`Temp-token scopes that cannot be: ${problems.join('; ')}`);
  }

  list(): readonly TempTokenScope[] {
    return this.registered;
  }

  find(name: string): TempTokenScope | undefined {
    return this.registered.find(scope => scope.name === name);
  }
}
