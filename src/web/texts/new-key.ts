/** Texts of the form of a new key. */
export const newKeyTexts = {
  title: 'Make a key',
  lead: 'Choose what it is for and what it may do. Then your server asks you to confirm it.',
  name: 'What is it for?',
  nameHelp: 'A name that you’ll recognize, such as “Weather bot”. Only you see it.',
  nameProblem: 'Give it a name of 1 to 64 letters, such as “Weather bot”.',

  access: 'What may it do?',
  accessHelp:
    'Allow only what it needs: you can make another key at any time. It always knows which account is yours.',
  accessChoices: {
    post: ['Post only', 'Write posts with pictures and videos, and change or delete any of your posts.'],
    all: [
      'Nearly everything an app can',
      'Post, follow, like, change your profile, and read what you can read. It can’t read your direct messages.',
    ],
    choose: ['Choose', 'Tick each thing that it may do.'],
  },
  choiceProblem: 'Tick at least one thing that it may do. A key that may do nothing is of no use.',
  groups: {
    posts: 'Posts and uploads',
    reactions: 'Likes and reposts',
    people: 'People and lists',
    profile: 'Profile and feeds',
    reading: 'Reading and other services',
    records: 'Other data',
    account: 'Your account and messages',
    everything: 'Everything at once',
  },

  ends: 'When does it end?',
  endsHelp: 'A key with an end date does no harm if you forget it.',
  endChoices: {
    30: 'After 30 days',
    90: 'After 90 days',
    365: 'After a year',
    never: 'When I revoke it',
    date: 'On a day that you choose',
  },
  date: 'The day on which it ends',
  dateProblem: 'Choose a day from tomorrow to a year from now.',
  needsYouBy: 'Needs one click from you by',
  twoWeeks:
    'This service has no public address. So your server lets a key work for two weeks at most, and then asks you again: you reconnect it here with one click, and your program goes on with the same key.',
  goOn: 'Continue',
  cancel: 'Cancel',
} as const;
