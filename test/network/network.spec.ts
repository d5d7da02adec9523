import { describe, expect, it } from '@jest/globals';
import type { Did } from '../../src/database/tables/did.ts';
import { sharedNetwork } from './network.ts';

function ask(pds: string, nsid: string, did: Did): Promise<Response> {
  return fetch(`${pds}/xrpc/${nsid}?repo=${did}`);
}

describe('the test network', () => {
  it('creates accounts that its PDS and PLC directory know', async () => {
    const network = await sharedNetwork();
    const { did, handle } = await network.createAccount('made.test');
    expect(await (await ask(network.pds, 'com.atproto.repo.describeRepo', did)).json()).toMatchObject({
      handle,
    });
    expect(await (await fetch(`${network.plc}/${did}`)).json()).toMatchObject({
      alsoKnownAs: [`at://${handle}`],
    });
  });

  it('takes accounts down', async () => {
    const network = await sharedNetwork();
    const { did } = await network.createAccount('taken.test');
    await network.takeDownAccount(did);
    expect((await ask(network.pds, 'com.atproto.repo.describeRepo', did)).status).toBe(400);
  });

  it('fails with the error of the PDS', async () => {
    const network = await sharedNetwork();
    await expect(network.createAccount('alice.test')).rejects.toThrow('Handle already taken');
  });
});
