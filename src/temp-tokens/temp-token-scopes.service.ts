import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DeclaredRoutes } from '../access/declared-routes.service.ts';
import { findScopeProblems } from './scope-problems.ts';
import type { TempTokenScope } from './temp-token-scope.ts';

/** The scopes of temp tokens. Modules register theirs in `onModuleInit`. The start of the process checks them all. */
@Injectable()
export class TempTokenScopes implements OnApplicationBootstrap {
  private readonly registered: TempTokenScope[] = [];
  private isRegistrationOpen = true;

  constructor(private readonly declaredRoutes: DeclaredRoutes) {}

  /** @throws Error after the start of the process, which no longer checks scopes */
  register(scope: TempTokenScope): void {
    if (!this.isRegistrationOpen)
      throw new Error(`The temp-token scope "${scope.name}" comes too late. Register it in onModuleInit.`);
    this.registered.push(scope);
  }

  /** @throws Error that names every problem of a scope or route, and so stops the start of the process */
  onApplicationBootstrap(): void {
    this.isRegistrationOpen = false;
    const problems = findScopeProblems(this.registered, this.declaredRoutes.list());
    if (problems.length > 0) throw new Error(`Temp-token scopes with problems: ${problems.join('; ')}`);
  }

  list(): readonly TempTokenScope[] {
    return this.registered;
  }

  find(name: string): TempTokenScope | undefined {
    return this.registered.find(scope => scope.name === name);
  }
}
