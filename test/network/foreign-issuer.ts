import type { Did } from '../../src/database/tables/did.ts';
import { StrictNetwork } from './strict-network.ts';

/** An authorization server and PDS that follow the protocol, but name any subject. */
export type ForeignIssuer = {
  url: string;
  /** Authorizes a login by its URL. Returns the callback's parameters. */
  authorize: (authorizeUrl: URL) => URLSearchParams;
  /** Number of issued grants. */
  given: () => number;
  /** Number of grants that were not revoked. */
  live: () => number;
  stop: () => Promise<void>;
};

/** Starts an issuer on loopback that issues tokens for any `subject`. */
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
