import { registerHooks } from 'node:module';

const globalsUrl = new URL('globals.ts', import.meta.url).href;
const testUrl = new URL('..', import.meta.url).href;

let suites = 0;

/** Has the modules of `test/` and of specs loaded anew from here on, as what they keep is of one suite. */
export function beginSuite(): void {
  suites += 1;
}

/** Has Node load `@jest/globals` from globals.ts, and our TypeScript as what `compile` makes of the file at a URL. */
export function hookModules(compile: (url: string) => string): void {
  registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === '@jest/globals') return { url: globalsUrl, shortCircuit: true };
      const found = next(specifier, context);
      return isOfSuite(found.url) ? { ...found, url: `${found.url}?suite=${suites}` } : found;
    },
    load: (url, context, next) => {
      if (!isOurTypeScript(url) || url === globalsUrl) return next(url, context);
      return { format: 'module', source: compile(url), shortCircuit: true };
    },
  });
}

function isOfSuite(url: string): boolean {
  return url.startsWith(testUrl) || /\.spec\.tsx?$/.test(url);
}

function isOurTypeScript(url: string): boolean {
  return url.startsWith('file:') && !url.includes('/node_modules/') && /\.tsx?(\?|$)/.test(url);
}
