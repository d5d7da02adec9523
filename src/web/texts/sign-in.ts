/** Texts of the sign-in page. */
export const signInTexts = {
  signIn: 'Sign in',
  checkAgain: 'Check whether it works again',
  signInTo: (place: string): string => `Sign in to ${place}`,
  lead: 'Use your account on Bluesky, or on any other server of the AT Protocol.',
  leadThrough: (site: string, broker: string): string =>
    `${site} uses ${broker} to sign you in. Use your account on Bluesky, or on any other server of the AT Protocol. Then you go back to ${site}.`,
  handle: 'Your handle',
  placeholder: 'alice.bsky.social',
  help: 'The name that apps show after an @, such as @alice.bsky.social.',
  otherNames: 'Use a DID or the address of your server',
  otherNamesHelp:
    'Enter either of them in the field above. A DID begins with did:plc: or did:web:. With the address of your server, such as https://pds.example.com, you choose the account there.',
  didYouMean: 'Did you mean',
  password: 'You enter your password on your own server, never here.',
  noAccount: 'I have no account',
  noAccountBefore: 'Make one in',
  noAccountApp: 'the Bluesky app',
  noAccountBetween:
    'or in any other app of the AT Protocol: it is free, you choose the server that keeps your account, and one account works everywhere. You can also',
  noAccountOwn: 'run a server of your own',

  signedIn: 'You’re signed in',
  goOn: 'Continue',
  toAccount: 'Your account',
  did: 'DID of this account',
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

  reconnectedTitle: 'Connected again',
  reconnectedNext: 'You can close this page. To look after your keys, sign in.',

  done: {
    reconnected: 'The key is connected again. Programs that use it keep working.',
    'signed-out': 'You’re signed out. Programs that have a key of yours keep working.',
  } as Readonly<Record<string, string>>,

  ended: 'You were signed out.',
  endedAgain: 'Sign in again to go on.',
  endReasons: {
    revoked:
      'Your server ended the permission that you gave here. That happens when you sign out there, or change your password.',
    response_lost: 'A reply from your server got lost, so your permission couldn’t be renewed without you.',
    idle: 'You weren’t here for a long time, so your server ended the permission.',
    lifetime: 'Your server limits how long a permission lasts, and yours has reached the limit.',
    account_moved: 'Your account moved to another server.',
    client_changed: 'This service changed its address, so it needs your permission again.',
    other_account: 'Your server sent the permission of another account, so it wasn’t used.',
    unusable_token: 'Your server sent a permission in a form that can’t be used.',
    restored: 'This service lost the newest part of its records, and with it your permission.',
    elsewhere:
      'This browser wasn’t used for two weeks, you signed it out from another one, or the operator of this service did.',
  },
} as const;
