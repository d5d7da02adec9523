import { randomBytes } from 'node:crypto';
import type { Did } from '../../src/database/tables/did.ts';
import type { Account } from './network-control.ts';
import type { Pds } from './pds.ts';

/** Creates an account with a random password at the PDS. Throws with the PDS's error. */
export async function createAccount(pds: Pds, handle: string): Promise<Account> {
  const email = `${handle.replace(/\.test$/, '')}@example.com`;
  const password = randomBytes(12).toString('base64url');
  const created = await callPds(pds, 'com.atproto.server.createAccount', { handle, email, password });
  return { handle, did: (created as { did: Did }).did, email, password };
}

/** Takes an account down, as the PDS's operator. */
export async function takeDownAccount(pds: Pds, did: Did): Promise<void> {
  const operator = Buffer.from(`admin:${pds.adminPassword}`).toString('base64');
  const subject = { $type: 'com.atproto.admin.defs#repoRef', did };
  const input = { subject, takedown: { applied: true, ref: 'test' } };
  await callPds(pds, 'com.atproto.admin.updateSubjectStatus', input, { authorization: `Basic ${operator}` });
}

/** Calls a procedure of the PDS. Throws with its error. */
export async function callPds(pds: Pds, nsid: string, input: object, headers = {}): Promise<unknown> {
  const answer = await fetch(`${pds.url}/xrpc/${nsid}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(input),
  });
  if (!answer.ok) throw new Error(`${nsid} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}
