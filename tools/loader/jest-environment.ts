import { ModernFakeTimers } from '@jest/fake-timers';
import { TestEnvironment } from 'jest-environment-node';

type Arguments = ConstructorParameters<typeof TestEnvironment>;

/**
 * The realm of jest's own code. The suites run in Node's (see jest-runtime.ts), so both have one set of built-in classes:
 * else `expect.any(String)` would know no string of a test.
 */
export default class NativeEnvironment extends TestEnvironment {
  constructor(...args: Arguments) {
    super(...args);
    for (const name of builtIns(this.global)) Reflect.set(this.global, name, Reflect.get(globalThis, name));
    this.fakeTimersModern = new ModernFakeTimers({ config: args[0].projectConfig, global: globalThis });
  }
}

/** The names of what the language brings: Array, Error, Promise, Math … */
function builtIns(realm: object): string[] {
  const names = Object.getOwnPropertyNames(globalThis).filter(name => /^[A-Z]/.test(name));
  return names.filter(name => Object.getOwnPropertyDescriptor(realm, name)?.writable);
}
