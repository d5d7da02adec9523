// One stranger: thousands of hostile servers, and a client that begins logins at them over and over.
import { request } from 'node:http';
import '../../../test/network/end-with-parent.ts';
import { counts, startHostileServer } from './hostile-server.ts';
import type { AttackReport } from './attack.ts';

/** Logins that are begun at a time. */
const lanes = 30;
/** The client need not stay: the broker goes on. */
const stayMs = 700;

const [broker = '', total = '1'] = process.argv.slice(2);
const origins: string[] = [];
while (origins.length < Number(total)) origins.push(await startHostileServer(origins.length));

let begun = 0;
let refused = 0;

function beginLogin(origin: string): Promise<void> {
  const url = new URL(`/oauth/login?identifier=${encodeURIComponent(origin)}`, broker);
  return new Promise(resolve => {
    const login = request(url, { agent: false, headers: { 'user-agent': 'stranger' } }, answer => {
      if (answer.statusCode === 429) refused++;
      answer.resume().on('close', resolve).on('error', resolve);
    });
    login.on('error', () => {
      resolve();
    });
    login.setTimeout(stayMs, () => login.destroy()).end();
  });
}

async function attack(): Promise<never> {
  for (;;) await beginLogin(origins[begun++ % origins.length] ?? '');
}

process.on('message', what => {
  if (what === 'begin') for (let lane = 0; lane < lanes; lane++) void attack();
  if (what === 'report') process.send?.({ begun, refused, ...counts } satisfies AttackReport);
});
process.send?.('ready');
