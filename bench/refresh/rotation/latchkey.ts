import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBroker } from '../../../test/network/broker-process.ts';
import { brokerSettings, makeBrokerSecrets, noLimits } from '../../../test/network/broker-settings.ts';
import { BrowserClient } from '../../../test/network/browser-client.ts';
import { freePorts } from '../../../test/network/free-ports.ts';
import type { Account, NetworkDescription } from '../../../test/network/network-control.ts';
import type { Started } from '../../../test/network/started.ts';
import { calledPath, type Contender } from './contender.ts';

/** A broker process on SQLite, called with the cookie of a signed-in browser. */
export async function latchkey(
  network: NetworkDescription,
  account: Account,
  started: Started,
): Promise<Contender> {
  const { url, adminToken } = await startOnSqlite(network, started);
  let cookie = '';
  let sessionId = '';
  const operate = async (method: string, path: string): Promise<unknown> => {
    const headers = { authorization: `Bearer ${adminToken}` };
    const answer = await fetch(new URL(path, url), { method, headers });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  };
  return {
    name: 'Latchkey',
    signIn: async () => {
      const browser = new BrowserClient({ broker: url });
      await browser.login(account.handle, account);
      cookie = `latchkey=${browser.cookie('latchkey') ?? ''}`;
      const listed = await operate('GET', `/api/sessions?status=active&did=${account.did}`);
      sessionId = newestOf((listed as { sessions: ListedSession[] }).sessions);
    },
    call: async () => {
      const answer = await fetch(new URL(calledPath, url), { headers: { cookie, 'x-latchkey-csrf': '1' } });
      await answer.arrayBuffer();
      return answer.status === 200;
    },
    refresh: async () => {
      await operate('POST', `/api/sessions/${sessionId}/refresh`);
    },
  };
}

type ListedSession = { id: string; grantedAt: string };

function newestOf(sessions: ListedSession[]): string {
  const [newest] = sessions.toSorted((a, b) => b.grantedAt.localeCompare(a.grantedAt));
  if (!newest) throw new Error('the broker has no session of the account that signed in');
  return newest.id;
}

async function startOnSqlite(network: NetworkDescription, started: Started) {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
  await started.start(() => Promise.resolve({ stop: () => rm(directory, { recursive: true, force: true }) }));
  const [port = 0] = await freePorts(1);
  const secrets = makeBrokerSecrets();
  const place = { network, port, databaseUrl: `sqlite:${join(directory, 'latchkey.sqlite')}` };
  const { url } = await started.start(() => startBroker({ ...brokerSettings(place, secrets), ...noLimits }));
  return { url, adminToken: secrets.adminToken };
}
