/** Texts that every page may use. Every text of the pages is in this folder, ready to be translated. */
export const frameTexts = {
  skip: 'Skip to the content',
  next: 'Show more',
  terms: 'Terms of service',
  policy: 'Privacy policy',
  unknownTitle: 'There is no page here',
  unknown: 'The address may be mistyped, or the page is gone. Check the address, or go to the start.',
  toStart: 'Go to the start',
  early: {
    MethodNotAllowed: {
      title: 'That doesn’t work here',
      text: 'This address can’t be used in that way. If you loaded a page again, go back to the start and try from there.',
    },
    RequestTimeout: {
      title: 'That took too long',
      text: 'What you sent came too slowly, so nothing was changed. Check your connection, and try again.',
    },
    PayloadTooLarge: {
      title: 'That is too large',
      text: 'You sent more than this address takes, so nothing was changed. Send less.',
    },
    UnsupportedMediaType: {
      title: 'That doesn’t work here',
      text: 'This address doesn’t take what was sent, so nothing was changed. Go to the start, and try from there.',
    },
    MisdirectedRequest: {
      title: 'This is another address',
      text: 'The service doesn’t answer under the name in your address bar. Use its own address.',
    },
    TooManyRequests: {
      title: 'One moment, please',
      text: 'Too many requests came from your network or your browser. Wait a minute, and load the page again.',
    },
    ShuttingDown: {
      title: 'One moment, please',
      text: 'This service is restarting. Wait a minute, and load the page again.',
    },
  } as Readonly<Record<string, { readonly title: string; readonly text: string }>>,
  browser: (browser: string | null, system: string | null): string => {
    if (browser === null) return system === null ? 'Unknown browser' : `A browser on ${system}`;
    return system === null ? browser : `${browser} on ${system}`;
  },
} as const;
