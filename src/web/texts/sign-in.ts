/** Texts of the sign-in page. */
export const signInTexts = {
  signIn: 'Sign in',
  checkAgain: 'Check whether it works again',
  lead: 'Use your account on Bluesky, or on any other server of the AT Protocol.',
  handle: 'Your handle',
  placeholder: 'alice.bsky.social',
  help: 'The name that apps show after an @, such as @alice.bsky.social. A DID or your server’s address works too.',
  didYouMean: 'Did you mean',
  password: 'You enter your password on your own server, never here.',
  afterwards: (place: string): string => `Afterwards you go back to ${place}.`,

  signedIn: 'You’re signed in',
  goOn: 'Continue',
  toAccount: 'Your account',
  signOut: 'Sign out',
  other: 'Use another account',
  otherEnds: (name: string): string => `This signs ${name} out of this browser.`,
  switch: 'Switch account',

  alreadyAs: 'You’re signed in as',
  continueAs: (name: string): string => `Continue as ${name}?`,
  continueAsEnds: (now: string, wanted: string): string =>
    `A browser has one account at a time. If you continue, ${now} is signed out here and you sign in as ${wanted}.`,
  doContinueAs: (name: string): string => `Continue as ${name}`,
  stayAs: (name: string): string => `Stay signed in as ${name}`,

  reconsent: 'Your permissions',
  reconsentWhy: (broker: string): string =>
    `${broker} asks for permissions that you haven’t given. You decide on your own server, and you may say no.`,
  doReconsent: 'Review permissions',
  notNow: 'Not now',

  done: { reconnected: 'The key is connected again. Programs that use it keep working.' } as Readonly<
    Record<string, string>
  >,
} as const;
