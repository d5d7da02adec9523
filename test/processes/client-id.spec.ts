import { expect, it } from '@jest/globals';
import { openDatabase } from '../../src/database/connection/open-database.ts';
import { BrowserClient } from '../network/browser-client.ts';
import { freePorts } from '../network/free-ports.ts';
import { type Deployment, describeDeployments } from './deployment.ts';

describeDeployments('a changed client id', (deployment, dialect) => {
  it('of a confidential client is refused until the operator accepts it, and then its sessions need their owners', async () => {
    const { settings, network, refusal, start } = deployment();
    const origin = (name: string): string => `https://${name}-${process.pid}-${dialect}.latchkey.internal`;
    const before = { LATCHKEY_PUBLIC_URL: origin('before') };
    const after = { LATCHKEY_PUBLIC_URL: origin('after') };
    const url = `http://${settings.LATCHKEY_LISTEN ?? ''}`;
    await network.mapClientOrigin(before.LATCHKEY_PUBLIC_URL, url);
    const first = await start(before);
    const browser = new BrowserClient({ broker: url, publicUrl: before.LATCHKEY_PUBLIC_URL });
    await logIn(deployment(), browser);
    await first.stop();

    const clientId = `${after.LATCHKEY_PUBLIC_URL}/oauth-client-metadata.json`;
    const { code, message } = await refusal(after);
    expect(code).toBe(1);
    expect(message).toMatch(/^Latchkey cannot start: The client id is now .*$/);
    expect(message).toContain(`LATCHKEY_ACCEPT_CLIENT_ID=${clientId}.`);
    await (await start(before)).stop();
    expect(await statusesOf(deployment())).toEqual([{ status: 'active', reason: null }]);

    await (await start({ ...after, LATCHKEY_ACCEPT_CLIENT_ID: clientId })).stop();
    expect(await statusesOf(deployment())).toEqual([{ status: 'needs_reauth', reason: 'client_changed' }]);
  });

  it('of a loopback client ends no session', async () => {
    const first = await deployment().start();
    const browser = deployment().browser();
    await logIn(deployment(), browser);
    await first.stop();

    const [port = 0] = await freePorts(1);
    const address = `127.0.0.1:${port}`;
    const moved = { LATCHKEY_LISTEN: address, LATCHKEY_PUBLIC_URL: `http://${address}` };
    await deployment().start(moved);
    const there = new BrowserClient({ broker: `http://${address}` });
    there.agent.cookies.set(address, 'latchkey', browser.cookie('latchkey') ?? '');
    expect((await there.get('/api/me')).status).toBe(200);
    const authorization = `Bearer ${deployment().settings.LATCHKEY_ADMIN_TOKEN ?? ''}`;
    const operate = async (path: string, method = 'GET'): Promise<unknown> =>
      (await fetch(`http://${address}/api/sessions${path}`, { method, headers: { authorization } })).json();
    const { sessions } = (await operate('')) as { sessions: { id: string }[] };
    expect(sessions).toMatchObject([{ status: 'active' }]);
    await operate(`/${sessions[0]?.id ?? ''}/refresh`, 'POST');
    expect(await operate(`/${sessions[0]?.id ?? ''}`)).toMatchObject({ status: 'active', generation: 2 });
    expect((await there.get('/xrpc/com.atproto.server.getSession')).status).toBe(200);
  });
});

async function logIn({ network }: Deployment, browser: BrowserClient): Promise<void> {
  const [alice] = network.accounts;
  if (!alice) throw new Error('the network has no accounts');
  await browser.login(alice.handle, alice);
}

/** Returns the status of every session. No broker may have the database open. */
async function statusesOf(deployment: Deployment): Promise<{ status: string; reason: string | null }[]> {
  const database = await openDatabase(deployment.database);
  try {
    return await database.selectFrom('oauth_session').select(['status', 'reason']).execute();
  } finally {
    await database.destroy();
  }
}
