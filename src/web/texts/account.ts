/** The words of the account's pages. */
export const accountTexts = {
  title: 'Your account',
  signOut: 'Sign out',
  other: 'Use another account',
  server: 'Your server',
  mayDo: (broker: string): string => `What ${broker} may do for you`,
  mayDoLead: 'You allowed this when you signed in. Signing out takes it back.',

  shortfall: (broker: string): string => `${broker} would also like to`,
  shortfallHint: 'You have not allowed this. You can look at it again at your own server, and may say no.',
  reconsent: 'Look at the permissions',

  browsers: 'Where you are signed in',
  browsersLead: 'Every browser that is signed in to your account here. End what you do not know.',
  thisBrowser: 'This browser',
  signedInAt: 'Signed in',
  lastSeen: 'Last seen',
  end: 'End',
  endNamed: (name: string): string => `End ${name}`,
  endOthers: 'End all others',
  onlyThis: 'You are signed in nowhere else.',

  done: {
    'browser-ended': 'That browser is signed out.',
    'browsers-ended': 'Every other browser is signed out.',
    'key-revoked': 'The key is revoked. Nothing can use it any more.',
    reconnected: 'That worked. The key is connected again, and whatever uses it goes on.',
  } as Readonly<Record<string, string>>,

  problemTitle: 'That did not work',
  back: 'Back to your account',
} as const;
