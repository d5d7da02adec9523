import type { Did } from '../../../src/database/tables/did.ts';
import { didOfHandle, isFakeDid } from '../../network/fake-accounts.ts';
import { didDocument } from '../../network/issuer-documents.ts';
import type { Actor } from '../time/actor.ts';
import { json, type WireReply, type WireRequest, type WireServer } from './wire.ts';

/** The PLC directory, which resolves handles too. */
export class Directory implements WireServer {
  static readonly origin = 'https://plc.sim.internal';
  readonly actor: Actor;
  readonly #pdsOf: (did: Did) => string;

  constructor(actor: Actor, pdsOf: (did: Did) => string) {
    this.actor = actor;
    this.#pdsOf = pdsOf;
  }

  handle({ url }: WireRequest): WireReply {
    if (url.pathname === '/xrpc/com.atproto.identity.resolveHandle')
      return json(200, { did: didOfHandle(url.searchParams.get('handle') ?? '') });
    const did = decodeURIComponent(url.pathname.slice(1));
    return isFakeDid(did) ? json(200, didDocument(did, this.#pdsOf(did))) : json(404, {});
  }
}
