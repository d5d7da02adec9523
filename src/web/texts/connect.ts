/** Texts of the page of a key request, and of the pages after it. */
export const connectTexts = {
  title: 'Someone asks to act for your account',
  ownTitle: 'Your key isn’t made yet',
  authorizedTitle: 'You gave permission for this key',
  warning:
    'Go on only if you asked for this yourself, just now. Anyone who has the key can act for your account without asking you again.',
  ownLead: 'You asked for this key in this browser a moment ago, and your server hasn’t confirmed it.',

  who: 'Who asks',
  whoUnverified: 'Not verified: the requester chose this name.',
  ownWho: 'What it is for',
  from: 'From the address',
  networks: {
    'this-computer': 'That’s this computer.',
    same: 'That’s the network that you’re on now.',
    other:
      'That’s another network than yours. It’s normal for a program on a server, but not for one on this computer.',
  },
  when: 'Asked',
  account: 'For the account',
  did: 'DID of the account:',
  permissions: 'To do this',
  until: 'Until',
  untilRevoked: 'you revoke the key',
  needsYouBy: 'It needs one click from you by',
  untilDays: (days: number): string =>
    days === 1 ? '1 day after the key is handed over' : `${days} days after the key is handed over`,

  approve: 'Approve',
  deny: 'Deny',
  next: 'When you approve, you sign in and give permission on your own server. Then you get a code. The key can’t be picked up without it.',
  nextLoopback:
    'When you approve, you sign in and give permission on your own server. Then the program that asked, on this computer, gets the key.',
  ownNext: 'When you approve, your own server asks you once more. Then you see the key.',
  waits: 'The key can now be picked up with the code that you were shown.',
  ownShow: 'Show the key',
  ownWaits: 'Your key is ready, and nobody has seen it yet.',
  denyAfterAll: 'Deny after all',
  ends: 'You can answer until',
  waitsUntil: 'It can be picked up until',

  noticeTitle: 'A request for a key',
  denied: 'You denied it',
  deniedText: 'No key is given out. You can close this page.',
  toAccount: 'Your account',
  notFound: 'We couldn’t find this request. Check the link, or have the key requested again.',
  foreign:
    'Another site tried to answer for you. Nothing was changed. To answer yourself, open the link again.',

  codeTitle: 'Your code',
  codeDo: 'Go back to where you asked for the key, and enter this code:',
  codeFor: (name: string): string => `It is for “${name}”.`,
  codeOnce: 'Only this browser shows it, and you can come back to this page. It works until',
  codeAgain: 'Show the code again',
  codeElsewhere:
    'Only the browser in which you gave permission shows the code. Open this page there, or deny the request and ask for the key again.',
  claimedTitle: 'The key was picked up',
  claimed: (name: string): string =>
    `“${name}” has its key, so its code is used up. You can close this page. If that wasn’t you, sign in and revoke the key.`,
  codeWarning: 'Never give this code to anyone who contacted you first.',
  codeWarningWhy:
    'Anyone who asked for this key and has the code can act for your account. We never ask you for it, and neither does your server.',
  codeUnasked:
    'You didn’t ask for a key yourself? Close this page. Without the code the request expires, and the permission that you gave ends with it.',
} as const;
