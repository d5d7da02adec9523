/** Texts about API keys, for their owner. */
export const keyTexts = {
  title: 'Keys for bots and scripts',
  lead: 'A key lets a program do what you allow, without your password.',
  none: 'You have no keys yet.',
  noneHint: 'Make one when a bot, a script or another service asks you for it.',
  off: 'You can’t make keys here: the operator of this service has turned them off.',
  over: (count: number): string =>
    count === 1 ? '1 expired or revoked key' : `${count} expired or revoked keys`,
  make: 'Make a key',
  manage: 'Manage',
  manageNamed: (name: string): string => `Manage ${name}`,

  start: 'Begins with',
  created: 'Made',
  expires: 'Ends',
  lastUsed: 'Used',
  ended: 'Ended',
  endedWithSession: 'with its permission',
  endsSoon: 'Ends',
  needsYou: 'Needs you',
  needsYouBy: 'Needs you by',
  needsYouHint: 'Then you reconnect it with one click, and your programs go on with the same key.',
  powerless: 'Can only tell who you are',
  endsNever: 'when you revoke it',
  never: 'never',
  notUsed: 'not yet',
  may: 'It may do this',
  status: {
    active: 'Works',
    needs_reauth: 'Needs you',
    expired: 'Ended',
    revoked: 'Revoked',
  },
  paused: 'Paused',
  pausedHint:
    'We lost the newest part of our records of this key, and are looking for it. You don’t have to do anything: within ten minutes the key works again, or we ask you here to reconnect it.',

  lost: (name: string): string => `“${name}” has stopped working`,
  lostReasons: {
    revoked: 'Your server ended the permission that you gave for it.',
    response_lost: 'A reply from your server got lost, so the permission can’t be renewed without you.',
    idle: 'It wasn’t used for a long time, so your server ended its permission.',
    lifetime: 'Your server limits how long a permission lasts, and this one has reached the limit.',
    account_moved: 'Your account moved to another server after you gave the permission.',
    client_changed: 'This service changed its address after you gave the permission.',
    other_account: 'Your server sent the permission of another account, so it isn’t used.',
    unusable_token: 'Your server sent a permission in a form that can’t be used.',
    restored: 'This service lost the newest part of its records, and with it the permission.',
    unknown: 'Your server asks for your permission again.',
  },
  lostHint:
    'The key itself stays the same. Give the permission again, and programs that use it keep working.',
  reconnect: 'Reconnect',
  reconnectNamed: (name: string): string => `Reconnect ${name}`,

  readyTitle: 'Your key is ready',
  ready: (name: string): string => `You gave permission for “${name}”. One step is left.`,
  readyHint: 'You’ll see the key only once. First open the place where it belongs, or a password manager.',
  show: 'Show the key',

  secretTitle: 'Copy your key now',
  newSecretTitle: 'Copy the new key now',
  secretOf: (name: string): string => `The key for “${name}”`,
  once: 'You won’t see this key again. Copy it to where it belongs before you leave this page.',
  secrecy: 'Treat it like a password: anyone who has it can act for you.',
  graceUntil: (grace: string): string =>
    `The old key keeps working for ${grace}, so that you have time to replace it.`,
  noGrace: 'The old key has stopped working.',
  copy: 'Copy',
  copied: 'Copied',
  use: 'How to use it',
  useLead:
    'Paste it where your bot or service asks for an API key or a token. A program of your own sends it with each request:',
  toKeys: 'Done, back to your account',

  rotate: 'Replace the key',
  rotateLead:
    'Do this from time to time, and when someone else may have seen the key. Its name and permissions stay.',
  grace: 'When does the old key end?',
  graceChoices: { 0: 'At once', 3600: 'In an hour', 86400: 'In a day' },
  graceTexts: { 3600: 'one hour', 86400: 'one day' } as Readonly<Record<number, string>>,
  doRotate: 'Replace it',

  revoke: 'Revoke the key',
  revokeLead: 'Programs that use it stop working at once. You can’t undo this.',
  doRevoke: 'Revoke it',
} as const;
