/** Texts that every page may use. Every text of the pages is in this folder, ready to be translated. */
export const frameTexts = {
  skip: 'Skip to the content',
  next: 'Show more',
  unknownTitle: 'There is no page here',
  unknown: 'The address may be mistyped, or the page is gone. Check the address, or go to the start.',
  toStart: 'Go to the start',
  browser: (browser: string | null, system: string | null): string => {
    if (browser === null) return system === null ? 'Unknown browser' : `A browser on ${system}`;
    return system === null ? browser : `${browser} on ${system}`;
  },
} as const;
