import bowser from 'bowser';

/** What a browser calls itself; nothing where it says nothing that is known. */
export type BrowserName = { readonly browser: string | null; readonly system: string | null };

/** Reads the names of the browser and of its system out of a user agent, which proves nothing. */
export function browserNameOf(userAgent: string | null): BrowserName {
  if (!userAgent) return { browser: null, system: null };
  const { browser, os } = bowser.parse(userAgent);
  return { browser: known(browser.name), system: known(os.name) };
}

function known(name: string | undefined): string | null {
  return name === undefined || name === '' ? null : name;
}
