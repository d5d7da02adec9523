/** The words of the page of a key request, and of what comes after it. */
export const connectTexts = {
  title: 'Somebody asks to act for your account',
  ownTitle: 'Confirm your new key',
  authorizedTitle: 'You gave permission for this key',
  warning:
    'Go on only if you asked for this yourself, just now. Whoever has the key can act for your account without asking you again.',
  ownLead: 'You asked for this key in this browser, a moment ago. Look it over before you go on.',

  who: 'Who asks',
  whoUnverified: 'Not verified: whoever asks chooses this name.',
  ownWho: 'What it is for',
  from: 'From the address',
  when: 'Asked',
  account: 'For the account',
  permissions: 'To do this',
  until: 'Until',
  untilRevoked: 'you revoke the key',
  untilDays: (days: number): string =>
    days === 1 ? '1 day after the key is handed over' : `${days} days after the key is handed over`,

  approve: 'Approve',
  deny: 'Deny',
  next: 'When you approve, you sign in and give permission at your own server. Then you are given a code, without which nobody gets the key.',
  nextLoopback:
    'When you approve, you sign in and give permission at your own server. Then the program that asked, on this computer, gets the key.',
  ownNext: 'When you approve, your own server asks you to confirm it. Then you are shown the key.',
  waits: 'The key waits to be picked up with the code that you were shown.',
  ownWaits: 'The key waits for you to pick it up in the tab where you were shown it.',
  denyAfterAll: 'Deny after all',
  ends: 'You can answer until',
  waitsUntil: 'It waits until',

  noticeTitle: 'A request for a key',
  denied: 'You denied it',
  deniedText: 'Nobody gets this key. You can close this page.',
  toAccount: 'Your account',
  notFound: 'There is no such request. Look at the link again, or have the key asked for anew.',
  foreign: 'Another site tried to answer for you. Nothing was changed.',

  codeTitle: 'Your code',
  codeDo: 'Go back to where you asked for the key, and type this code:',
  codeFor: (name: string): string => `It is for “${name}”.`,
  codeOnce: 'It is shown this once, and it works until',
  codeWarning: 'Give this code to nobody who wrote to you first.',
  codeWarningWhy:
    'Whoever has it, and asked for this key, can act for your account. We never ask you for it, and neither does your server.',
  codeUnasked:
    'You did not ask for a key yourself? Close this page. Without the code the request ends by itself, and so does the permission that you gave.',
} as const;
