/** The words of the sign-in page. */
export const signInTexts = {
  signIn: 'Sign in',
  lead: 'With the account you have on Bluesky, or on any other server of the AT Protocol.',
  handle: 'Your handle',
  placeholder: 'alice.example.com',
  help: 'The name that apps show with an @ in front, such as @alice.example.com. A DID or the address of your server works too.',
  password: 'You enter your password at your own server, never here.',
  afterwards: (place: string): string => `Afterwards you go back to ${place}.`,

  signedIn: 'You are signed in',
  goOn: 'Continue',
  toAccount: 'Your account',
  signOut: 'Sign out',
  other: 'Use another account',
  otherEnds: (name: string): string => `This signs ${name} out of this browser.`,
  switch: 'Switch account',

  alreadyAs: 'You are signed in as',
  continueAs: (name: string): string => `Continue as ${name}?`,
  continueAsEnds: (now: string, wanted: string): string =>
    `A browser has one account at a time. If you go on, ${now} is signed out here, and you sign in as ${wanted}.`,
  doContinueAs: (name: string): string => `Continue as ${name}`,
  stayAs: (name: string): string => `Stay signed in as ${name}`,

  reconsent: 'Your permissions',
  reconsentWhy: (broker: string): string =>
    `${broker} asks for permissions that you have not given. You decide at your own server, and may say no.`,
  doReconsent: 'Look at the permissions',
  notNow: 'Not now',

  done: { reconnected: 'That worked. The key is connected again, and whatever uses it goes on.' } as Readonly<
    Record<string, string>
  >,
} as const;
