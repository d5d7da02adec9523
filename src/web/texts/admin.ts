/** Texts of the operator's pages. */
export const adminTexts = {
  title: 'Operator',
  signOut: 'Sign out',
  sections: 'Sections',

  signInTitle: 'Operator sign-in',
  signInLead: 'These pages show every account’s sessions, and none of their secrets.',
  token: 'Admin token',
  tokenHelp: 'The broker’s LATCHKEY_ADMIN_TOKEN. You get a cookie for it that expires after 15 minutes.',
  signIn: 'Sign in',
  off: 'These pages are off, because no admin token is set. Set LATCHKEY_ADMIN_TOKEN, and restart the broker.',
  problems: {
    InvalidToken: 'That isn’t the admin token. Check LATCHKEY_ADMIN_TOKEN, and try again.',
    TooManyRequests: 'Too many tokens were tried from your address. Wait a minute, and try again.',
    AuthenticationRequired: 'Your 15 minutes are over. Sign in again.',
    CrossSiteRequest:
      'Another site tried to do this for you. Nothing was changed. Do it here if you want to.',
    NotFound: 'We couldn’t find that. Check the id, or search the list.',
    InstanceRunning:
      'This instance was seen within the last 90 seconds, so nothing was changed. Stop it first, then wait for 90 seconds.',
  } as Readonly<Record<string, string>>,
  problem: (code: string): string => `That didn’t work (${code}). The broker’s log says why.`,
  problemTitle: 'That didn’t work',
  back: 'Back to the overview',

  overview: 'Overview',
  attention: 'What needs attention',
  attentionNone: 'Nothing. Every session works, or has ended as it should.',
  all: 'Show all',
  degraded: {
    database_clock:
      'The database’s clock was set by more than a minute. Until it is believed again, nothing is deleted, revoked or taken over for its age. Calls and refreshes go on.',
    high_water_journal:
      'This instance can’t use its high-water journal. After a failover of the database it may lack the newest tokens. The broker’s log says why.',
    spool:
      'This instance can’t write to its spool directory, so it holds refreshes back. Free space on the disk, or make the directory writable. The broker’s log says why.',
    copied_spool:
      'Another process runs with a copy of this instance’s spool directory. Stop one of them at once: the two can end sessions of each other.',
  },
  acceptanceLeft:
    'LATCHKEY_ACCEPT_RESTORED is still set. Remove it, so that the next restore is not accepted unseen.',
  restored: 'The database was restored',
  restoredCounts: ({ goOn, open, ended }: { goOn: number; open: number; ended: number }): string =>
    `Sessions that go on: ${goOn}. Not refreshed since: ${open}. Need their owners, because their newest tokens were lost: ${ended}.`,
  silentInstances: (count: number): string =>
    count === 1
      ? 'One instance is silent. Sessions may wait for the answers on its disk.'
      : `${count} instances are silent. Sessions may wait for the answers on their disks.`,
  toInstances: 'Show the instances',
  needsOwner: 'Need their owners',
  needsOwnerLead: 'Only the account’s owner can make these work again.',
  revokingOne:
    'It no longer works. Its issuer hasn’t confirmed the revocation yet, and is asked again every minute.',
  revoking: 'Not yet revoked at their issuers',
  revokingLead:
    'They no longer work. Their issuers haven’t confirmed the revocation yet, and are asked again every minute.',
  inCheck: 'Rolled back by the database',
  inCheckLead:
    'The database lost their newest tokens. Every instance looks for these in its journal. Nothing is sent meanwhile.',
  troubled: 'Refreshes in trouble',
  troubledLead: 'Their last refresh failed or got no answer. The broker retries them by itself.',

  sessions: 'Sessions',
  statuses: {
    active: 'active',
    needs_check: 'in check',
    needs_reauth: 'needs its owner',
    revoking: 'being revoked',
    revoked: 'revoked',
  },
  counts: {
    active: 'active',
    needs_check: 'in check',
    needs_reauth: 'need their owners',
    revoking: 'being revoked',
    revoked: 'revoked',
  },
  purposes: { ui: 'a browser', api_key: 'an API key' },
  search: 'Handle, DID or session id',
  status: 'Status',
  anyStatus: 'any',
  inTrouble: 'in trouble',
  find: 'Find',
  noSessions: 'No sessions match.',
  reasons: {
    revoked: 'Its issuer ended it.',
    response_lost: 'A response from its issuer was lost, and the token with it.',
    idle: 'It was unused for too long, so its issuer ended it.',
    lifetime: 'Its issuer lets no session live longer.',
    account_moved: 'The account moved to another server.',
    client_changed: 'The broker’s client id changed.',
    other_account: 'Its issuer sent tokens of another account, which the broker does not use.',
    unusable_token: 'Its issuer sent tokens that are no DPoP tokens or that no request can carry.',
    restored: 'The database lost its newest tokens, and no instance had them in its journal.',
  },
  noReason: 'Its issuer wants its owner to sign in again.',
  inDoubt:
    'Its last refresh was sent and got no answer. The broker resends it once the issuer can no longer accept the first request.',
  inCheckOne:
    'The database lost its newest tokens. Every instance looks for these in its journal. If none has them after 10 minutes, it works on if its PDS accepts its older token, or needs its owner.',
  failures: (count: number): string =>
    count === 1 ? 'Its last refresh failed.' : `Its last ${count} refreshes failed.`,
  nextTry: 'Next try',
  issuer: 'Issuer',
  pds: 'PDS',
  did: 'Account',
  purpose: 'For',
  scope: 'Scope',
  granted: 'Granted',
  refreshed: 'Refreshed',
  lastUsed: 'Last used',
  tokenEnds: 'Token ends',
  endsBy: 'Ends by',
  generation: 'Generation',
  attempt: 'Attempt',
  attempts: { none: 'none', prepared: 'prepared', sent: 'sent', in_doubt: 'in doubt' },
  session: 'Session',
  events: 'Its audit events',

  refresh: 'Refresh now',
  refreshTitle: 'Refresh this session now?',
  refreshText:
    'The broker renews its token at the issuer now, even if that isn’t due. A refresh in doubt still waits until it’s safe to resend.',
  revoke: 'Revoke',
  revokeTitle: 'Revoke this session?',
  revokeText:
    'It stops working at once: a browser is signed out, an API key is refused. The broker revokes it at its issuer too. You can’t undo this.',
  cancel: 'Cancel',
  done: {
    refreshed: 'The session was refreshed.',
    skipped: 'There was nothing to refresh: another refresh is running, or the session isn’t active.',
    failed: 'The refresh failed. The session below says why.',
    revoked: 'The session is revoked here, and at its issuer as soon as that answers.',
    'given-up': 'The instance is given up. The sessions that waited for it are refreshed again.',
  } as Readonly<Record<string, string>>,

  clientKeys: 'Client keys',
  clientKeysLead: 'The broker signs with these keys to prove to issuers who it is.',
  clientKeysChange: 'Change them on the command line:',
  noClientKeys: 'There are none: without an https public URL the broker is a public client.',
  keyStatuses: { published: 'published', active: 'active', retired: 'retired' },
  signing: 'signs',
  published: 'Published',
  activated: 'Active since',
  activatable: 'May be activated from',
  retired: 'Retired',
  age: 'Age',
  days: (days: number): string => (days === 1 ? '1 day' : `${days} days`),
  inJwks: 'In the JWKS',
  yes: 'yes',
  no: 'no',

  nativeApps: 'Native apps',
  nativeAppsLead: 'Apps on people’s devices that this broker signs for.',
  nativeAppsChange: 'Change them on the command line:',
  noNativeApps: 'No app is registered.',
  appStatuses: { active: 'active', paused: 'paused' },
  clientId: 'Client id',
  hosting: 'Client metadata',
  hostings: { app: 'hosted by the app', broker: 'hosted here' },
  origins: 'Web origins',
  attestation: 'Must carry the header',
  perMinute: 'Requests a minute',
  added: 'Added',

  instances: 'Instances',
  instancesLead: 'The processes that share this database, with their heartbeats.',
  instanceSilentHelp:
    'A silent instance’s disk may hold the newest tokens of some sessions, and these wait for it. Start it again with its own spool directory. If its disk is gone for good, give it up.',
  giveUp: 'Give up',
  giveUpNamed: (spoolId: string): string => `Give up ${spoolId}`,
  giveUpTitle: 'Give up this instance?',
  giveUpText:
    'Do this if its disk is gone for good. The sessions that wait for it are then refreshed without it. If it starts again, it counts as running again.',
  giveUpRisk:
    'If its disk still holds answers, don’t: the sessions of those answers would end, and their owners would have to sign in again.',
  givenUp: 'Given up',
  instanceStates: { this: 'this one', alive: 'alive', silent: 'silent', 'given-up': 'given up' },
  started: 'Started',
  seen: 'Last heartbeat',
  spool: 'Spool',
  spoolEmpty: 'empty at the last heartbeat',
  spoolFilled: 'holds answers that are not stored yet',
  spoolUnknown: 'not known',
  workers: 'Background work',
  workersLead: 'In this process, since it started.',
  due: (count: number): string =>
    count === 1
      ? '1 session is due to be refreshed.'
      : `${count === 0 ? 'No' : count} sessions are due to be refreshed.`,
  handleAtGrant: (handle: string): string =>
    `Last known as ${handle}. Another account may have this handle now.`,
  tasks: {
    check: 'Looks for rows that the database lost',
    handles: 'Verifies the handles of accounts',
    refresh: 'Refreshes sessions in time',
    sweep: 'Sweeps expired rows',
    warn: 'Warns of sessions that end soon',
  },
  lastRound: 'Last round',
  noRound: 'not yet',
  roundWell: 'succeeded',
  roundFailed: 'failed: see the log',
  leases: 'Leases',
  leasesLead: 'Each lets one process at a time do a thing.',
  noLeases: 'No lease is held.',
  owner: 'Held by',
  until: 'Until',
  leaseOver: 'expired',
  leaseHeld: 'held',

  auditEvents: 'Audit events',
  auditLead: 'Who did what, newest first.',
  action: 'Action',
  anyAction: 'any',
  account: 'Account (DID)',
  target: 'Done to (id)',
  noEvents: 'No events match.',
  by: 'By',
  from: 'From',
  on: 'To',
  detail: 'Detail',
} as const;
