import { callPds, createAccount } from './accounts.ts';
import type { Account } from './network-control.ts';
import type { Pds } from './pds.ts';

const collection = 'com.atproto.lexicon.schema';

/** An account at the PDS that publishes lexicons of any NSID. It is created with the first one. */
export class LexiconAuthority {
  readonly #pds: Pds;
  #account: Promise<Account> | undefined;

  constructor(pds: Pds) {
    this.#pds = pds;
  }

  /** Publishes a lexicon, which the PDS then uses. Returns its authority. */
  async publish(lexicon: { id: string }): Promise<string> {
    this.#account ??= createAccount(this.#pds, 'lexicons.test');
    const { did, handle, password } = await this.#account;
    const session = await callPds(this.#pds, 'com.atproto.server.createSession', {
      identifier: handle,
      password,
    });
    const { accessJwt } = session as { accessJwt: string };
    const record = { $type: collection, lexicon: 1, ...lexicon };
    const input = { repo: did, collection, rkey: lexicon.id, record, validate: false };
    await callPds(this.#pds, 'com.atproto.repo.putRecord', input, { authorization: `Bearer ${accessJwt}` });
    await this.#pds.believeLexicon(lexicon.id, did);
    return did;
  }
}
