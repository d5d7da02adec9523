import { registerHooks } from 'node:module';

type Resolved = { url: string };

export type TypeScriptHooks = {
  /** Returns the JavaScript of a file. */
  readonly compile: (url: string) => string;
  /** Returns the URL of what is loaded in place of a specifier, if anything is. */
  readonly redirect?: (specifier: string) => string | undefined;
  /** Returns the URL under which a resolved module is loaded. */
  readonly rename?: (url: string) => string;
};

const ownUrl = new URL('.', import.meta.url).href;

/** Has Node load this project's TypeScript as `compile` makes it. Node itself cannot run the decorators of `src/`. */
export function hookTypeScript({ compile, redirect, rename = url => url }: TypeScriptHooks): void {
  registerHooks({
    resolve: (specifier, context, next) => {
      const url = redirect?.(specifier);
      if (url !== undefined) return { url, shortCircuit: true };
      const found: Resolved = next(specifier, context);
      return { ...found, url: rename(found.url) };
    },
    load: (url, context, next) => {
      if (!isOurTypeScript(url)) return next(url, context);
      return { format: 'module', source: compile(url), shortCircuit: true };
    },
  });
}

/** The loader's own modules are Node's: they are loaded before there are hooks. */
function isOurTypeScript(url: string): boolean {
  if (url.startsWith(ownUrl)) return false;
  return url.startsWith('file:') && !url.includes('/node_modules/') && /\.tsx?(\?|$)/.test(url);
}
