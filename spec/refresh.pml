/*
 * The protocol of a refresh token: it is sent once, its answer comes once, and both survive the broker.
 *
 * Two brokers with a spool each share one row, one issuer and the clock of one database. docs/proof.md explains the
 * model. `npm run verify` checks it, and checks that each macro that puts an old rule back breaks a property. Attempt
 * states, decisions and writes have the names of src/single-use (test/structure/model.spec.ts compares them).
 */

/* ---- Limits: how often each fault happens, and how many happen in all ---- */

#ifndef GENERATIONS
#define GENERATIONS 2 /* rotations */
#endif
#ifndef FAULTS
#define FAULTS 3 /* in all */
#endif
#ifndef CRASHES
#define CRASHES 1 /* a process dies; it returns with its spool */
#endif
#ifndef DISKS
#define DISKS 1 /* the spool of a dead process is destroyed */
#endif
#ifndef LEAVES
#define LEAVES 1 /* a process ends in order */
#endif
#ifndef STEPS
#define STEPS 1 /* the database's clock steps, and later back */
#endif
#ifndef CUTS
#define CUTS 1 /* a connection to the issuer breaks, or a gateway gives up */
#endif
#ifndef DELAYS
#define DELAYS 1 /* a request outlives its lifetime, or a process its patience: it is frozen, or the network slow */
#endif
#ifndef NONCES
#define NONCES 1 /* the issuer asks to sign again */
#endif
#ifndef ERRORS
#define ERRORS 1 /* the issuer answers 500 or 503, before or after it consumed the token */
#endif
#ifndef COMMITS
#define COMMITS 1 /* the connection to the database breaks at COMMIT */
#endif
#ifndef STEALS
#define STEALS 1 /* a lease expires under a slow process */
#endif
#ifndef LOGOUTS
#define LOGOUTS 1 /* the person ends the session */
#endif
#ifndef ROLLBACKS
#define ROLLBACKS 0 /* a failover to a standby that lagged */
#endif
#if ROLLBACKS > 0 /* and only beside these */
#define ROLLS_BACK
#endif

/* ---- Properties ---- */

#define NO_DOUBLE_SEND 1
#define NO_LIVE_GRANT_REVOKED 2
#define ANSWER_ON_DISK_IS_USED 3
#define NO_NEEDLESS_LOSS 4
#define SETTLES 5

bool NoDoubleSend = true;
bool NoLiveGrantRevoked = true;
bool AnswerOnDiskIsUsed = true;
bool NoNeedlessLoss = true;
bool Settles = true;

#if !defined(ONLY) || ONLY == NO_DOUBLE_SEND
#define noDoubleSend(condition) NoDoubleSend = (condition); assert(NoDoubleSend)
#else
#define noDoubleSend(condition) skip
#endif
#if !defined(ONLY) || ONLY == NO_LIVE_GRANT_REVOKED
#define noLiveGrantRevoked(condition) NoLiveGrantRevoked = (condition); assert(NoLiveGrantRevoked)
#else
#define noLiveGrantRevoked(condition) skip
#endif
#if !defined(ONLY) || ONLY == ANSWER_ON_DISK_IS_USED
#define answerOnDiskIsUsed(condition) AnswerOnDiskIsUsed = (condition); assert(AnswerOnDiskIsUsed)
#else
#define answerOnDiskIsUsed(condition) skip
#endif
#if !defined(ONLY) || ONLY == NO_NEEDLESS_LOSS
#define noNeedlessLoss(condition) NoNeedlessLoss = (condition); assert(NoNeedlessLoss)
#else
#define noNeedlessLoss(condition) skip
#endif
#if !defined(ONLY) || ONLY == SETTLES
#define settles(condition) Settles = (condition); assert(Settles)
#else
#define settles(condition) skip
#endif

/* ---- The database: one row, and its clock ---- */

mtype:attempt = { none, prepared, sent, in_doubt };
mtype:status = { is_active, needs_reauth, revoking, revoked };

/* `sentAt` numbers the commits to send within a generation. The last four members serve old rules only: `sentClock` and
 * `tokenClock` tell whether the clock was ahead, `firstSentAt` is the first commit of the attempt. */
typedef Row {
  mtype:status status;
  byte generation;
  mtype:attempt attempt;
  byte attemptId;
  bit owner;
  byte sentAt;
  bit sentClock;
  bit tokenClock;
  byte resends;
  byte firstSentAt;
};
Row row;
#if defined(ROLLS_BACK)
Row standby; /* an earlier state of the row */
Row blank;
bool hasStandby;
bool hasFailedOver;
byte sentBefore; /* the last commit to send before the failover */
byte rollbacks = ROLLBACKS;
#endif

#define RIGHT 0
#define AHEAD 1 /* of the right time, or right after it was behind: only the difference counts */
bit clock = RIGHT;

/* Counted within a generation. */
byte attempts;
byte commits;

/* ---- The issuer, and the requests on their way ---- */

byte current; /* the generation whose refresh token the issuer accepts */
bool grantLives = true;
bool accessTokenExpired; /* the access token of the row's generation */
bool rotationKills; /* rotation ends the old access token */
bool traitIsKnown; /* and the brokers have seen it do so */
bool isTold; /* an owner was given up whose spool holds an answer, as the access token proves */

mtype:stage = { unused, signed, travelling, answered, denied };

/* `valid`: the issuer may still accept it. `heard`: its sender still listens. */
typedef Request {
  mtype:stage stage;
  byte generation;
  byte sentAt;
  bit sender;
  bit valid;
  bit heard;
};
#define REQUESTS 4
Request request[REQUESTS];

/* ---- The brokers ---- */

mtype:phase = {
  idle, asking, may_claim_free, may_take_over, may_end,
  claimed, unconfirmed, permitted, waiting, keeping, doubting, yielding
};
mtype:listing = { listed, left, silent };

typedef Broker {
  bool isUp;
  bool isDiskLost;
  mtype:phase phase;
  /* The attempt that was read, or its own once it is claimed. */
  byte generation;
  byte attemptId;
  byte sentAt;
  bool hasWord;
  bool isOver;
  bool isAccepted;
  /* Answers: the generation that each makes. 0: none. */
  byte memory;
  byte disk;
#if defined(ROLLS_BACK)
  byte highWater; /* the newest answer in the journal */
  bool hasCompared;
#endif
  mtype:listing listing;
  bit beatClock;
};
Broker broker[2];

/* ---- The holder of the session ---- */

mtype:holder = { cookie, suspended_cookie, key, ended_by_person, ended_by_time, ended_by_broker };
mtype:holder holder = cookie;
byte reading; /* of the sweeper: 1: a cookie looked expired, 2: an hour has passed since */

/* ---- What is left of each fault ---- */

byte faults = FAULTS;
byte crashes = CRASHES;
byte disks = DISKS;
byte leaves = LEAVES;
byte steps = STEPS;
byte cuts = CUTS;
byte delays = DELAYS;
byte nonces = NONCES;
byte errors = ERRORS;
byte unconfirmedCommits = COMMITS;
byte steals = STEALS;
byte logouts = LOGOUTS;

#define may(fault) (faults > 0 && fault > 0)
#define spend(fault) faults--; fault--

/* Of loops. They are 0 between the steps. */
byte i;
byte found;

/* ---- What a broker knows ---- */

/* The issuer can accept no request of this generation any more that a commit up to `number` permitted. A broker cannot
 * see that. It waits the lifetime of a request by its own monotonic clock, from when it first saw `sentAt`. Once it has
 * waited, this holds. */
#define OUT(r, number) (!request[r].valid || request[r].generation != row.generation || request[r].sentAt > (number))
#define ALL_OUT(number) (OUT(0, number) && OUT(1, number) && OUT(2, number) && OUT(3, number))

#if defined(TAKEOVER_BY_DATABASE_CLOCK)
#define IS_OVER (clock > row.sentClock || ALL_OUT(row.sentAt))
#elif defined(WAIT_FOR_BOTH_CLOCKS)
#define IS_OVER (clock >= row.sentClock && ALL_OUT(row.sentAt))
#elif defined(WAIT_KEYED_BY_ATTEMPT)
#define IS_OVER ALL_OUT(row.firstSentAt)
#else
#define IS_OVER ALL_OUT(row.sentAt)
#endif

/* The owner of the row's attempt left with an empty spool, was given up, or was silent for the patience. */
#if defined(BLIND_RESEND)
#define IS_GONE(o) (broker[o].listing != listed || !broker[o].isUp)
#elif defined(PATIENCE_BY_DATABASE_CLOCK)
#define IS_GONE(o) (broker[o].listing != listed || clock > broker[o].beatClock)
#else
#define IS_GONE(o) (broker[o].listing != listed)
#endif

/* After a failover nothing is sent before every listed process has compared its journal, and a request's lifetime has
 * passed. */
#if !defined(ROLLS_BACK) || defined(ROLLBACK_UNNOTICED)
#define IS_COMPARED(b) true
#elif defined(JOURNAL_OF_ITS_OWN_ONLY)
#define IS_COMPARED(b) (!hasFailedOver || broker[b].hasCompared)
#else
#define HAS_COMPARED(o) (broker[o].hasCompared || IS_GONE(o))
#define IS_COMPARED(b) (!hasFailedOver || (HAS_COMPARED(0) && HAS_COMPARED(1) && ALL_OUT(sentBefore)))
#endif

/* No process waits for the answer of the row's attempt any more. */
#define IS_UNANSWERED(b) (row.attempt == in_doubt || (row.attempt == sent && row.owner != b && IS_GONE(row.owner)))

/* The old access token as evidence. `g`: the generation of the row that was read. */
#define IS_SPENT(g) ((g) != current || !grantLives)
#define IS_REFUSED(g) (!accessTokenExpired && rotationKills && IS_SPENT(g))
#define IS_ACCEPTED(g) (!accessTokenExpired && !(rotationKills && IS_SPENT(g)))
#if defined(EXPIRY_BY_DATABASE_CLOCK)
#define PROVES_SPENT(g) (IS_REFUSED(g) || (accessTokenExpired && clock < row.tokenClock))
#elif defined(LOST_AFTER_TWO_SENDS)
#define PROVES_SPENT(g) (IS_REFUSED(g) || (accessTokenExpired && row.resends > 0))
#else
#define PROVES_SPENT(g) IS_REFUSED(g)
#endif
#if defined(SURVIVAL_ALWAYS_PROVES)
#define PROVES_UNSPENT(g) IS_ACCEPTED(g)
#else
#define PROVES_UNSPENT(g) (IS_ACCEPTED(g) && rotationKills && traitIsKnown)
#endif

/* A process that was given up while it was frozen is not on the list before its next heartbeat. */
#if defined(COMMIT_WHILE_GONE)
#define IS_KNOWN(b) true
#else
#define IS_KNOWN(b) (broker[b].listing == listed)
#endif

#define IS_READY(b) (broker[b].isUp && IS_KNOWN(b) && broker[b].phase == idle && broker[b].memory == 0 && IS_COMPARED(b))
#define IS_DUE (row.status == is_active && row.generation < GENERATIONS)
#define IS_UNSETTLED (row.attempt == sent || row.attempt == in_doubt)
#define IS_OWN(b) (row.generation == broker[b].generation && row.attempt != none \
  && row.attemptId == broker[b].attemptId && row.owner == b)

/* A broker holds the answer that makes this generation, or may still receive it. */
#define COMES(r, g) (request[r].stage == answered && request[r].heard && request[r].generation + 1 == (g))
#define IS_COMING(g) (COMES(0, g) || COMES(1, g) || COMES(2, g) || COMES(3, g))
#define IS_HELD(g) (broker[0].memory == (g) || broker[1].memory == (g) || broker[0].disk == (g) || broker[1].disk == (g))
#if defined(ROLLS_BACK)
#define IS_IN_JOURNAL(g) (broker[0].highWater >= (g) || broker[1].highWater >= (g))
#else
#define IS_IN_JOURNAL(g) false
#endif
#define TRAVELS(r, g) (request[r].stage == travelling && request[r].valid && request[r].generation == (g))
#define IS_TRAVELLING(g) (TRAVELS(0, g) || TRAVELS(1, g) || TRAVELS(2, g) || TRAVELS(3, g))

/* ---- Small steps ---- */

inline rest(b) {
  broker[b].phase = idle;
  broker[b].generation = 0;
  broker[b].attemptId = 0;
  broker[b].sentAt = 0;
  broker[b].hasWord = false;
  broker[b].isOver = false;
  broker[b].isAccepted = false
}

inline read(b) {
  broker[b].generation = row.generation;
  broker[b].attemptId = row.attemptId;
  broker[b].sentAt = row.sentAt
}

inline clear(r) {
  request[r].stage = unused;
  request[r].generation = 0;
  request[r].sentAt = 0;
  request[r].sender = 0;
  request[r].valid = 0;
  request[r].heard = 0
}

inline clearAttempt() {
  row.attempt = none;
  row.attemptId = 0;
  row.owner = 0;
  row.sentAt = 0;
  row.sentClock = RIGHT;
  row.firstSentAt = 0
}

/* The broker makes the issuer end the grant. It must have no holder, or its tokens must be lost. */
inline endGrant() {
  noLiveGrantRevoked(!grantLives || holder == ended_by_person || holder == ended_by_time
    || !(row.generation == current || IS_HELD(current) || IS_COMING(current) || (current > 0 && IS_IN_JOURNAL(current))));
  grantLives = false
}

/* What is signed before a commit may be sent once after it. */
inline sign(b) {
  found = REQUESTS;
  for (i : 0 .. REQUESTS - 1) {
    if
    :: request[i].stage == unused && found == REQUESTS -> found = i
    :: else -> skip
    fi
  }
  assert(found < REQUESTS);
  request[found].stage = signed;
  request[found].generation = broker[b].generation;
  request[found].sentAt = commits;
  request[found].sender = b;
  request[found].valid = 1;
  i = 0;
  found = 0
}

inline commitTo(b) {
  commits++;
  row.attempt = sent;
  row.sentAt = commits;
#if defined(TAKEOVER_BY_DATABASE_CLOCK) || defined(WAIT_FOR_BOTH_CLOCKS)
  row.sentClock = clock;
#endif
#if defined(WAIT_KEYED_BY_ATTEMPT)
  row.firstSentAt = (row.firstSentAt == 0 -> commits : row.firstSentAt);
#endif
  sign(b)
}

/* ---- decideUse: src/single-use/use-decision.ts ---- */

inline decide_free(b) { read(b); broker[b].phase = may_claim_free }
inline decide_probe(b) {
  read(b);
  broker[b].hasWord = IS_UNANSWERED(b);
#if defined(PROBE_BEFORE_THE_WAIT)
  broker[b].isAccepted = PROVES_UNSPENT(broker[b].generation);
#else
  broker[b].isOver = IS_OVER;
#endif
  broker[b].phase = asking
}
inline decide_take_over(b) { broker[b].phase = may_take_over }
inline decide_lost(b) { broker[b].phase = may_end }
inline decide_wait(b) { rest(b) }
inline decide_in_doubt(b) { rest(b) }

/* The PDS has answered. */
#if defined(PROBE_BEFORE_THE_WAIT)
#define MAY_RESEND(b) (IS_OVER && (broker[b].hasWord || broker[b].isAccepted))
#else
#define MAY_RESEND(b) (broker[b].isOver && (broker[b].hasWord || PROVES_UNSPENT(broker[b].generation)))
#endif
inline decideUse(b) {
  if
  :: broker[b].hasWord && PROVES_SPENT(broker[b].generation) -> decide_lost(b)
  :: else ->
    if
    :: MAY_RESEND(b) -> decide_take_over(b)
    :: else -> decide_in_doubt(b)
    fi
  fi
}

/* ---- AttemptRows: src/single-use/attempt-rows.ts. Each is one compare-and-set ---- */

#define MAY_CLAIM_FREE(b) (broker[b].phase == may_claim_free \
  && (row.attempt == none || (row.attempt == prepared && row.attemptId == broker[b].attemptId)))
#if defined(CLAIM_WITHOUT_SENT_AT)
#define IS_SAME_COMMIT(b) true
#else
#define IS_SAME_COMMIT(b) (row.sentAt == broker[b].sentAt)
#endif
#define MAY_TAKE_OVER(b) (broker[b].phase == may_take_over && IS_UNSETTLED \
  && row.attemptId == broker[b].attemptId && IS_SAME_COMMIT(b))

inline claim(b) {
  if
  :: row.status == is_active && row.generation == broker[b].generation && (MAY_CLAIM_FREE(b) || MAY_TAKE_OVER(b)) ->
#if defined(LOST_AFTER_TWO_SENDS)
    row.resends = (broker[b].phase == may_take_over && !PROVES_UNSPENT(row.generation) -> 1 : row.resends);
#endif
    attempts++;
    clearAttempt();
    row.attempt = prepared;
    row.attemptId = attempts;
    row.owner = b;
    rest(b);
    read(b);
    broker[b].phase = claimed
  :: else -> decide_wait(b)
  fi
}

#define MAY_COMMIT(b) (row.status == is_active && IS_KNOWN(b) && IS_COMPARED(b) && IS_OWN(b) \
  && (row.attempt == prepared || row.attempt == sent))

inline commit(b) {
  if
  :: MAY_COMMIT(b) ->
    commitTo(b);
    broker[b].sentAt = commits;
    broker[b].phase = permitted
  :: else -> rest(b)
  fi
}

/* Looks at the row after a commit whose answer was lost. The row may still tell of the commit before it. */
inline findAttempt(b) {
  if
  :: IS_OWN(b) && row.attempt == sent && row.sentAt > broker[b].sentAt ->
    broker[b].sentAt = row.sentAt;
    broker[b].phase = permitted
#if defined(LOOK_TAKES_AN_EARLIER_COMMIT)
  :: IS_OWN(b) && row.attempt == sent && row.sentAt == broker[b].sentAt ->
    commits++;
    sign(b);
    broker[b].phase = permitted
#endif
  :: else -> broker[b].phase = yielding
  fi
}

inline giveUp(b) {
  if
  :: IS_OWN(b) -> clearAttempt()
  :: else -> skip
  fi;
  for (i : 0 .. REQUESTS - 1) {
    if
    :: request[i].stage == signed && request[i].sender == b -> clear(i)
    :: else -> skip
    fi
  }
  i = 0;
  rest(b)
}

inline markInDoubt(b) {
  if
  :: IS_OWN(b) -> row.attempt = in_doubt
  :: else -> skip
  fi;
  rest(b)
}

/* ---- Sending, between commit and giveUp or markInDoubt ---- */

/* A process that was frozen for too long does not send what it signed. */
inline transmit(b) {
  for (i : 0 .. REQUESTS - 1) {
    if
    :: request[i].stage == signed && request[i].sender == b -> found = i
    :: else -> skip
    fi
  }
  if
  :: request[found].valid ->
    printf("%c sends the refresh token of generation %d\n", 'A' + b, request[found].generation);
    noDoubleSend(row.generation <= request[found].generation && !IS_TRAVELLING(request[found].generation)
      && !IS_COMING(request[found].generation + 1) && !IS_HELD(request[found].generation + 1)
      && !IS_IN_JOURNAL(request[found].generation + 1));
    request[found].stage = travelling;
    request[found].heard = 1;
    broker[b].phase = waiting
  :: else ->
    printf("%c is too late to send\n", 'A' + b);
    clear(found);
    broker[b].phase = yielding
  fi;
  i = 0;
  found = 0
}

/* ---- The other writes of a session ---- */

inline markNeedsReauth(b) {
  if
  :: (row.status == is_active && row.generation == broker[b].generation && row.attempt != none
      && row.attemptId == broker[b].attemptId && row.sentAt == broker[b].sentAt) ->
    noNeedlessLoss(IS_SPENT(row.generation));
    row.status = needs_reauth;
    clearAttempt();
    if
#if defined(COOKIES_DELETED_AT_RESPONSE_LOST)
    :: holder == cookie -> holder = ended_by_broker
#else
    :: holder == cookie -> holder = suspended_cookie
#endif
    :: else -> skip
    fi
  :: else -> skip
  fi;
  rest(b)
}

#define MAY_STORE(g) (row.generation < (g) && (row.status == is_active || row.status == needs_reauth))

inline storeTokens(g) {
  row.status = is_active;
  row.generation = (g);
  clearAttempt();
#if defined(EXPIRY_BY_DATABASE_CLOCK)
  row.tokenClock = clock;
#endif
  row.resends = 0;
  accessTokenExpired = false;
  isTold = false;
#if !defined(ROLLS_BACK)
  attempts = 0;
  commits = 0;
#endif
  if
  :: holder == suspended_cookie -> holder = cookie
  :: else -> skip
  fi
}

/* Stores an answer, or finds it stored, or keeps it as a grant to revoke: its session was ended meanwhile. */
inline storeAnswer(g) {
  if
  :: MAY_STORE(g) ->
    answerOnDiskIsUsed((grantLives && current >= (g)) || IS_IN_JOURNAL(g));
    storeTokens(g)
  :: !MAY_STORE(g) && (row.status == revoking || row.status == revoked) && row.generation < (g) ->
    row.status = revoking;
    row.generation = (g)
  :: else -> answerOnDiskIsUsed(row.generation >= (g))
  fi
}

#if defined(ROLLS_BACK) && !defined(ROLLBACK_UNNOTICED)
#define noteInJournal(b, g) broker[b].highWater = (g)
#else
#define noteInJournal(b, g) skip
#endif

inline forgetAnswer(b) {
  broker[b].memory = 0;
  if
  :: broker[b].phase == keeping -> rest(b)
  :: else -> skip
  fi
}

#if defined(ROLLS_BACK)
inline copyRow(to, from) {
  to.status = from.status;
  to.generation = from.generation;
  to.attempt = from.attempt;
  to.attemptId = from.attemptId;
  to.owner = from.owner;
  to.sentAt = from.sentAt
}

#define FLIES(b) (broker[b].phase == permitted || broker[b].phase == waiting || broker[b].phase == keeping \
  || broker[b].phase == doubting)

/* A spool is brought in first. A flight waits until the row has its generation again. */
#define MAY_COMPARE(b) (hasFailedOver && broker[b].isUp && !broker[b].hasCompared \
  && (broker[b].disk == 0 || broker[b].memory > 0) && !(FLIES(b) && broker[b].generation > row.generation))

/* Puts back an answer that the row has lost, and the attempt that is under way. */
inline compareJournal(b) {
  if
  :: MAY_STORE(broker[b].highWater) -> storeTokens(broker[b].highWater)
  :: else -> skip
  fi;
  if
  :: row.status == is_active && FLIES(b) && broker[b].generation == row.generation && row.sentAt < broker[b].sentAt ->
    row.attempt = sent;
    row.owner = b;
    row.attemptId = broker[b].attemptId;
    row.sentAt = broker[b].sentAt
  :: else -> skip
  fi;
  broker[b].hasCompared = true
}
#endif

inline markRevoking() {
  row.status = revoking;
  clearAttempt()
}

#if defined(NETWORK_IN_STORING)
/* The storing of an answer that lost its place waits for an issuer that never answers a revocation. */
#define CAN_STORE(g) !((row.status == revoking || row.status == revoked) && row.generation < (g))
#else
#define CAN_STORE(g) true
#endif

#if defined(LEAVE_WITH_FULL_SPOOL)
#define MAY_LEAVE(b) true
#else
#define MAY_LEAVE(b) (broker[b].disk == 0)
#endif

/* The brokers are alike: if one process crashes, it may be called A. */
#if CRASHES > 1
#define CAN_CRASH(b) true
#else
#define CAN_CRASH(b) (b == 0)
#endif

/* ---- The processes ---- */

inline crash(b) {
  broker[b].isUp = false;
  broker[b].memory = 0;
  for (i : 0 .. REQUESTS - 1) {
    if
    :: request[i].stage != unused && request[i].sender == b && (request[i].stage != travelling || !request[i].valid) ->
      clear(i)
    :: request[i].stage == travelling && request[i].valid && request[i].sender == b -> request[i].heard = 0
    :: else -> skip
    fi
  }
  i = 0;
  rest(b)
}

proctype Process(bit b) {
end:
  do
  /* Decide. */
  :: d_step {
      (IS_READY(b) && IS_DUE && (row.attempt == none
        || (row.attempt == prepared && (row.owner == b || IS_GONE(row.owner) || !broker[row.owner].isUp)))) ->
      printf("%c may claim\n", 'A' + b);
      decide_free(b)
    }
  :: d_step {
      IS_READY(b) && IS_DUE && row.attempt == prepared && row.owner != b && broker[row.owner].isUp && may(steals) ->
      spend(steals);
      printf("%c may claim: the lease of %c has expired\n", 'A' + b, 'A' + row.owner);
      decide_free(b)
    }
  :: d_step {
      IS_READY(b) && IS_DUE && IS_UNSETTLED && ((IS_UNANSWERED(b) && (PROVES_SPENT(row.generation) || IS_OVER))
#if defined(PROBE_BEFORE_THE_WAIT)
        || (row.owner != b && PROVES_UNSPENT(row.generation)))
#else
        || (row.owner != b && IS_OVER && PROVES_UNSPENT(row.generation)))
#endif
      ->
      printf("%c probes the access token\n", 'A' + b);
      decide_probe(b)
    }
  :: d_step {
      broker[b].phase == asking ->
      decideUse(b);
      if
      :: broker[b].phase == may_end -> printf("%c: the token is spent\n", 'A' + b)
      :: broker[b].phase == may_take_over -> printf("%c may take over\n", 'A' + b)
      :: else -> printf("%c: still in doubt\n", 'A' + b)
      fi
    }

  /* Send. */
  :: d_step {
      broker[b].phase == may_claim_free || broker[b].phase == may_take_over ->
      claim(b);
      if
      :: broker[b].phase == claimed -> printf("%c claims generation %d\n", 'A' + b, broker[b].generation)
      :: else -> printf("%c finds another attempt in its place\n", 'A' + b)
      fi
    }
  :: d_step {
      broker[b].phase == claimed ->
      commit(b);
      if
      :: broker[b].phase == permitted -> printf("%c commits to sending\n", 'A' + b)
      :: else -> printf("%c finds its attempt superseded\n", 'A' + b)
      fi
    }
  :: d_step {
      broker[b].phase == claimed && may(unconfirmedCommits) ->
      spend(unconfirmedCommits);
      printf("%c does not learn whether its commit to send was applied\n", 'A' + b);
      broker[b].phase = unconfirmed
    }
  :: d_step {
      broker[b].phase == unconfirmed && MAY_COMMIT(b) && broker[b].sentAt == row.sentAt ->
      printf("the commit of %c is applied\n", 'A' + b);
      commitTo(b)
    }
  :: d_step {
      broker[b].phase == unconfirmed ->
      findAttempt(b);
      printf("%c looks at the row\n", 'A' + b)
    }

  :: d_step {
      broker[b].phase == permitted ->
      transmit(b)
    }

  /* Keep. */
  :: d_step {
      broker[b].memory > 0 && broker[b].disk == 0 ->
      printf("%c spools the answer\n", 'A' + b);
      broker[b].disk = broker[b].memory
    }
  :: d_step {
      broker[b].memory > 0 && CAN_STORE(broker[b].memory) ->
      printf("%c stores the answer\n", 'A' + b);
      storeAnswer(broker[b].memory);
      noteInJournal(b, broker[b].memory);
      forgetAnswer(b)
    }
  :: d_step {
      broker[b].memory > 0 && MAY_STORE(broker[b].memory) && may(unconfirmedCommits) ->
      spend(unconfirmedCommits);
      printf("%c stores the answer, and does not learn that it did\n", 'A' + b);
      storeAnswer(broker[b].memory);
      noteInJournal(b, broker[b].memory);
#if defined(REVOKE_ON_UNCONFIRMED_COMMIT)
      endGrant();
      forgetAnswer(b)
#endif
    }
  :: d_step {
      broker[b].isUp && broker[b].disk > 0 && broker[b].memory == 0 && CAN_STORE(broker[b].disk) ->
      printf("%c brings in its spool\n", 'A' + b);
      storeAnswer(broker[b].disk);
      noteInJournal(b, broker[b].disk);
      broker[b].disk = 0
    }

  /* Settle. */
  :: d_step {
      broker[b].phase == doubting ->
      printf("%c records that it has no answer\n", 'A' + b);
      markInDoubt(b)
    }
  :: d_step {
      broker[b].phase == yielding ->
      printf("%c gives the attempt up\n", 'A' + b);
      giveUp(b)
    }
  :: d_step {
      broker[b].phase == may_end ->
      printf("%c marks the session needs_reauth\n", 'A' + b);
      markNeedsReauth(b)
    }
  :: d_step { /* What an earlier process with this spool sent, and did not bring in. */
      IS_READY(b) && row.status == is_active && row.attempt == sent && row.owner == b && broker[b].disk == 0 ->
      printf("%c finds an attempt of its spool without an answer\n", 'A' + b);
      read(b);
      broker[b].phase = doubting
    }

#if defined(ROLLS_BACK) && !defined(ROLLBACK_UNNOTICED)
  :: d_step {
      MAY_COMPARE(b) ->
      printf("%c compares its journal with the row\n", 'A' + b);
      compareJournal(b)
    }
#endif

  /* End and return. */
  :: d_step {
      CAN_CRASH(b) && broker[b].isUp && may(crashes) ->
      spend(crashes);
      printf("%c crashes\n", 'A' + b);
      crash(b)
    }
  :: d_step {
      IS_READY(b) && MAY_LEAVE(b) && may(leaves) ->
      spend(leaves);
      printf("%c leaves the list\n", 'A' + b);
      crash(b);
      broker[b].listing = left
    }
  :: d_step {
      !broker[b].isUp && !broker[b].isDiskLost ->
      printf("%c starts\n", 'A' + b);
      broker[b].isUp = true;
      broker[b].listing = listed;
#if defined(PATIENCE_BY_DATABASE_CLOCK)
      broker[b].beatClock = clock
#endif
    }
  :: d_step {
      broker[b].isUp && broker[b].listing == silent ->
      printf("%c writes a heartbeat\n", 'A' + b);
      broker[b].listing = listed
    }
#if defined(PATIENCE_BY_DATABASE_CLOCK)
  :: d_step {
      broker[b].isUp && broker[b].beatClock != clock ->
      printf("%c writes a heartbeat\n", 'A' + b);
      broker[b].beatClock = clock
    }
#endif
  od
}

/* ---- The issuer and the network ---- */

/* The exchange is over. A sender that waits no more concludes nothing from it. */
inline conclude(r, conclusion) {
  if
  :: request[r].heard && broker[request[r].sender].phase == waiting -> broker[request[r].sender].phase = conclusion
  :: else -> skip
  fi;
  clear(r)
}

/* No process can receive the answer any more. The request may still arrive. */
inline cut(r) {
  if
#if defined(RESEND_SOON_AFTER_502)
  :: broker[request[r].sender].phase == waiting -> broker[request[r].sender].phase = yielding
#else
  :: broker[request[r].sender].phase == waiting -> broker[request[r].sender].phase = doubting
#endif
  :: else -> skip
  fi;
  if
  :: request[r].stage == travelling && request[r].valid -> request[r].heard = 0
  :: else -> clear(r)
  fi
}

inline consume(r) {
  request[r].valid = 0;
  if
  :: request[r].generation == current && grantLives ->
    current++;
    request[r].stage = answered
  :: else ->
    endGrant();
    request[r].stage = denied
  fi
}

proctype Wire(byte r) {
end:
  do
  :: d_step {
      request[r].stage == travelling && request[r].valid ->
      consume(r);
      if
      :: request[r].stage == answered -> printf("the issuer consumes the token of %c\n", 'A' + request[r].sender)
      :: else -> printf("the issuer finds the token of %c spent, and ends the grant\n", 'A' + request[r].sender)
      fi;
      if
      :: !request[r].heard -> clear(r)
      :: else -> skip
      fi
    }
  :: d_step {
      request[r].stage == travelling && request[r].valid && request[r].heard && may(errors) ->
      spend(errors);
      printf("the issuer consumes the token of %c and answers 500\n", 'A' + request[r].sender);
      consume(r);
      conclude(r, yielding)
    }
  :: d_step {
      request[r].stage == travelling && request[r].valid && request[r].heard && may(errors) ->
      spend(errors);
      printf("the issuer answers %c with 503\n", 'A' + request[r].sender);
      conclude(r, yielding)
    }
  :: d_step {
      request[r].stage == travelling && request[r].heard && may(nonces) ->
      spend(nonces);
      printf("the issuer asks %c to sign again\n", 'A' + request[r].sender);
      conclude(r, claimed)
    }
  :: d_step {
      request[r].stage == travelling && !request[r].valid ->
      printf("the issuer refuses a request of %c that is too old\n", 'A' + request[r].sender);
      conclude(r, yielding)
    }
  :: d_step {
      request[r].stage == answered && request[r].heard ->
      printf("%c receives generation %d\n", 'A' + request[r].sender, request[r].generation + 1);
      broker[request[r].sender].memory = request[r].generation + 1;
      conclude(r, keeping)
    }
  :: d_step {
      request[r].stage == denied && request[r].heard ->
      printf("%c receives invalid_grant\n", 'A' + request[r].sender);
      conclude(r, may_end)
    }
  :: d_step {
      request[r].heard && may(cuts) ->
      spend(cuts);
      printf("the connection of %c breaks, or a gateway answers 502\n", 'A' + request[r].sender);
      cut(r)
    }
#if defined(IN_DOUBT_WHILE_LISTENING)
  :: d_step {
      request[r].heard && broker[request[r].sender].phase == waiting ->
      printf("%c waits no longer\n", 'A' + request[r].sender);
      broker[request[r].sender].phase = doubting
    }
#endif
  :: d_step {
      request[r].valid && (request[r].stage == signed || request[r].heard) && may(delays) ->
      spend(delays);
      printf("the lifetime of the request of %c passes\n", 'A' + request[r].sender);
      request[r].valid = 0
    }
  :: d_step {
      request[r].valid && request[r].stage == travelling && !request[r].heard ->
      printf("the lifetime of a request of %c passes\n", 'A' + request[r].sender);
      clear(r)
    }
  od
}

/* ---- Time, people, the operator ---- */

/* An owner that is given up, or silent for the patience, holds no answer. Or else the access token proves that one
 * exists. */
#if defined(OWNER_RETURNS_LATE)
#define IS_DEAD(o) (!broker[o].isUp)
#define MAY_EXPIRE true
#elif defined(ROLLS_BACK)
#define IS_DEAD(o) (broker[o].isDiskLost)
#define MAY_EXPIRE true
#else
#define IS_DEAD(o) (!broker[o].isUp && (broker[o].disk == 0 || (rotationKills && !accessTokenExpired)))
#define MAY_EXPIRE (!isTold)
#endif

#define IS_AWAITED(o) (broker[o].listing == listed && row.attempt != none && row.attempt != in_doubt)

/* A frozen process that can get no answer any more. After a failover its journal counts as one. */
#define AWAITS(r, o) (request[r].sender == o && (request[r].valid || request[r].stage == answered || request[r].stage == denied))
#if defined(ROLLS_BACK)
#define IS_STUCK(o) false
#else
#define IS_STUCK(o) (broker[o].isUp && broker[o].disk == 0 && broker[o].memory == 0 \
  && !AWAITS(0, o) && !AWAITS(1, o) && !AWAITS(2, o) && !AWAITS(3, o))
#endif

#define IS_REST(b) ((broker[b].isUp || broker[b].isDiskLost) && broker[b].phase == idle && broker[b].memory == 0 \
  && broker[b].disk == 0)
#define IS_SETTLED (IS_REST(0) && IS_REST(1) && row.attempt == none && row.status != revoking \
  && (row.status != is_active || row.generation == GENERATIONS))

inline destroySpool(o) {
#if defined(ROLLS_BACK)
  broker[o].highWater = 0;
#endif
  broker[o].disk = 0;
  broker[o].isDiskLost = true
}

proctype World() {
end:
  do
  :: d_step {
      IS_UNSETTLED && !accessTokenExpired && MAY_EXPIRE ->
      printf("the access token expires\n");
      accessTokenExpired = true
    }
  :: d_step {
      clock == RIGHT && may(steps) ->
      spend(steps);
      printf("the database's clock steps ahead\n");
      clock = AHEAD
    }
  :: d_step {
      clock == AHEAD ->
      printf("the database's clock is right again\n");
      clock = RIGHT
    }

  /* The list. An owner counts as gone on these words only: see the assumptions in docs/proof.md. */
  :: d_step {
      IS_AWAITED(row.owner) && IS_DEAD(row.owner) ->
      printf("%c was silent for the patience, or is given up\n", 'A' + row.owner);
      broker[row.owner].listing = silent;
      isTold = (broker[row.owner].disk > 0)
    }
  :: d_step {
      IS_AWAITED(row.owner) && IS_STUCK(row.owner) && may(delays) ->
      spend(delays);
      printf("%c is frozen, and was silent for the patience, or is given up\n", 'A' + row.owner);
      broker[row.owner].listing = silent
    }
  :: d_step {
      !broker[0].isUp && !broker[0].isDiskLost && may(disks) ->
      spend(disks);
      printf("the spool of A is destroyed\n");
      destroySpool(0)
    }
  :: d_step {
      !broker[1].isUp && !broker[1].isDiskLost && may(disks) ->
      spend(disks);
      printf("the spool of B is destroyed\n");
      destroySpool(1)
    }

#if defined(ROLLS_BACK)
  :: d_step {
      hasFailedOver && broker[0].listing == listed && IS_DEAD(0) ->
      printf("A was silent for the patience, or is given up\n");
      broker[0].listing = silent
    }
  :: d_step {
      !hasStandby && rollbacks > 0 ->
      printf("the standby falls behind\n");
      copyRow(standby, row);
      hasStandby = true
    }
  :: d_step {
      hasStandby && rollbacks > 0 ->
      rollbacks--;
      printf("the database fails over to generation %d\n", standby.generation);
      copyRow(row, standby);
      copyRow(standby, blank);
      hasStandby = false;
      hasFailedOver = true;
      broker[0].hasCompared = false;
      broker[1].hasCompared = false;
      sentBefore = commits;
      if
      :: holder == suspended_cookie -> holder = cookie
      :: else -> skip
      fi
    }
#endif

  /* The holder. */
  :: d_step {
      (holder == cookie || holder == suspended_cookie || holder == key) && may(logouts) ->
      spend(logouts);
      printf("the person ends the session\n");
      holder = ended_by_person;
      markRevoking()
    }
  :: d_step {
      holder == suspended_cookie && row.status == needs_reauth && !IS_HELD(row.generation + 1) ->
      printf("the suspended cookie ends after a day\n");
      holder = ended_by_time
    }
  :: d_step {
      (holder == cookie || holder == suspended_cookie) && clock == AHEAD && reading != 1 ->
#if defined(SWEEP_BY_ONE_READING)
      reading = 2;
#endif
      if
      :: reading == 2 ->
        printf("a sweep deletes the cookie\n");
        holder = ended_by_broker;
        reading = 0
      :: else ->
        printf("a sweep reads that the cookie has expired\n");
        reading = 1
      fi
    }
#if defined(CLOCK_WRONG_FOR_AN_HOUR)
  :: d_step {
      reading == 1 && clock == AHEAD ->
      reading = 2
    }
#endif
  :: d_step {
      reading == 1 && clock == RIGHT ->
      printf("an hour later it has not\n");
      reading = 0
    }
  :: d_step {
      (holder == ended_by_time || holder == ended_by_broker) && (row.status == is_active || row.status == needs_reauth) ->
      printf("a sweep marks the session revoking: it has no holder\n");
      markRevoking()
    }
  :: d_step {
      row.status == revoking ->
      printf("the issuer revokes the grant\n");
      if
      :: row.generation == current -> endGrant()
      :: else -> skip
      fi;
      row.status = revoked
    }

  :: timeout ->
    settles(IS_SETTLED);
    break
  od
}

init {
  d_step {
    for (i : 0 .. REQUESTS - 1) {
      request[i].stage = unused
    }
    i = 0;
    row.status = is_active;
    row.attempt = none;
    broker[0].isUp = true;
    broker[0].phase = idle;
    broker[0].listing = listed;
    broker[1].isUp = true;
    broker[1].phase = idle;
    broker[1].listing = listed
  }
  if
  :: rotationKills = true; traitIsKnown = true
  :: rotationKills = true
  :: skip
  fi;
#if defined(KEYS)
  holder = key;
#endif
  atomic {
    run Process(0);
    run Process(1);
    run Wire(0);
    run Wire(1);
    run Wire(2);
    run Wire(3);
    run World()
  }
}
