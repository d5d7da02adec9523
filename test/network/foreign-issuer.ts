import type { Did } from '../../src/database/tables/did.ts';
import { StrictNetwork } from './strict-network.ts';

/** An authorization server and PDS that keeps to the protocol in all but one thing: it names any subject it likes. */
export type ForeignIssuer = {
  url: string;
  /** The callback parameters of a person who has just authorized the login that was begun with this address. */
  authorize: (authorizeUrl: URL) => URLSearchParams;
  /** How many grants it has given. */
  given: () => number;
  /** How many of them were not revoked since. */
  live: () => number;
  stop: () => Promise<void>;
};

/** Starts an issuer on loopback that gives out tokens for `subject`, whoever that is. */
export async function startForeignIssuer(subject: Did): Promise<ForeignIssuer> {
  const network = await StrictNetwork.start({ subject });
  return {
    url: network.url,
    authorize: authorizeUrl => network.authorize(authorizeUrl),
    given: () => network.issuer.list().length,
    live: () => network.issuer.list().filter(({ end }) => end === undefined).length,
    stop: network.stop,
  };
}
