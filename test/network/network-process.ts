import { createAccount, takeDownAccount } from './accounts.ts';
import { ClientOrigins } from './client-origins.ts';
import { Faults } from './faults.ts';
import { LexiconAuthority } from './lexicon-authority.ts';
import { listenOnLoopback } from './loopback-server.ts';
import { type NetworkHandlers, serveControl } from './network-control.ts';
import { startPds } from './pds.ts';
import { startPlcDirectory } from './plc-directory.ts';
import { rememberPasswords } from './remembered-passwords.ts';
import { Started } from './started.ts';
import { TokenLog } from './token-log.ts';

const started = new Started();
process.on('SIGTERM', end);
process.on('disconnect', end);

const origins = new ClientOrigins();
origins.interceptFetch();
rememberPasswords();

try {
  const server = await started.start(listenOnLoopback);
  server.answerWith(serveControl(await startParts()));
  process.send?.(`http://localhost:${server.port}`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
  end();
}

async function startParts(): Promise<NetworkHandlers> {
  const trouble = { faults: new Faults(), tokenLog: new TokenLog() };
  const plc = await started.start(() => startPlcDirectory(trouble));
  const pds = await started.start(() => startPds(plc.url, trouble));
  const accounts = [await createAccount(pds, 'alice.test'), await createAccount(pds, 'bob.test')];
  const lexicons = new LexiconAuthority(pds);
  return {
    describe: () => ({ pds: pds.url, plc: plc.url, accounts }),
    createAccount: handle => createAccount(pds, handle),
    takeDownAccount: did => takeDownAccount(pds, did),
    mapClientOrigin: (httpsOrigin, loopbackUrl) => {
      origins.map(httpsOrigin, loopbackUrl);
    },
    armFault: fault => {
      trouble.faults.arm(fault);
    },
    disarmFaults: () => {
      trouble.faults.disarm();
    },
    listTokenRequests: () => trouble.tokenLog.list(),
    publishLexicon: lexicon => lexicons.publish(lexicon),
    countGrants: did => pds.countGrants(did),
    describeGrants: did => pds.describeGrants(did),
    ageGrants: (did, createdDays, idleDays) => pds.ageGrants(did, createdDays, idleDays),
    haltPds: () => pds.halt(),
    resumePds: () => pds.resume(),
  };
}

function end(): void {
  void started.stop().finally(() => process.exit());
}
