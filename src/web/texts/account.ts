/** Texts of the account's pages. */
export const accountTexts = {
  title: 'Your account',
  signOut: 'Sign out',
  other: 'Use another account',
  server: 'Your server',
  mayDo: (broker: string): string => `What ${broker} may do for you`,
  mayDoLead: 'You allowed this when you signed in. Signing out takes it back.',

  shortfall: (broker: string): string => `${broker} would also like to`,
  shortfallHint: 'You haven’t allowed this yet. You decide on your own server, and you may say no.',
  reconsent: 'Review permissions',

  browsers: 'Where you are signed in',
  browsersLead: 'These browsers are signed in to your account here. Sign out any that you don’t recognize.',
  thisBrowser: 'This browser',
  signedInAt: 'Signed in',
  lastSeen: 'Last seen',
  end: 'Sign out',
  endNamed: (name: string): string => `Sign out ${name}`,
  endOthers: 'Sign out all others',
  onlyThis: 'You aren’t signed in anywhere else.',

  done: {
    'browser-ended': 'That browser is signed out.',
    'browsers-ended': 'Every other browser is signed out.',
    'key-revoked': 'The key is revoked. No program can use it any more.',
    reconnected: 'The key is connected again. Programs that use it keep working.',
  } as Readonly<Record<string, string>>,
  reconnectedAll: (count: number): string =>
    `Connected again: ${count} keys. Programs that use them keep working.`,

  pausedTitle: 'One moment, please',
  tryAgain: 'Try again',
  problemTitle: 'That didn’t work',
  back: 'Back to your account',
} as const;
