import bowser from 'bowser';

/** The names of a browser and its system; null if unknown. */
export type BrowserName = { readonly browser: string | null; readonly system: string | null };

/** Parses a user agent. Anyone can send any user agent: it proves nothing. */
export function browserNameOf(userAgent: string | null): BrowserName {
  if (!userAgent) return { browser: null, system: null };
  const { browser, os } = bowser.parse(userAgent);
  return { browser: known(browser.name), system: known(os.name) };
}

function known(name: string | undefined): string | null {
  return name === undefined || name === '' ? null : name;
}
