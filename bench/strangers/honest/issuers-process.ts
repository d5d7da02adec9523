// Strict issuers in one process, each at an origin of its own. The first is also the PLC directory of all accounts.
import '../../../test/network/end-with-parent.ts';
import type { Did } from '../../../src/database/tables/did.ts';
import { didOf, didOfFirstRefreshToken, isFakeDid } from '../../../test/network/fake-accounts.ts';
import { didDocument } from '../../../test/network/issuer-documents.ts';
import { StrictNetwork } from '../../../test/network/strict-network.ts';

const [issuers = 1, sessions = 1] = process.argv.slice(2).map(Number);
const origins: string[] = [];
const pdsOf = new Map<Did, string>();

while (origins.length < issuers) {
  const { url } = await StrictNetwork.start({ adopt: didOfFirstRefreshToken, documentAt });
  origins.push(url);
}
for (let account = 0; account < sessions; account++)
  pdsOf.set(didOf(account), origins[account % issuers] ?? '');
process.send?.(origins);

function documentAt({ pathname }: URL): object | undefined {
  const did = decodeURIComponent(pathname.slice(1));
  const pds = isFakeDid(did) ? pdsOf.get(did) : undefined;
  return pds === undefined ? undefined : didDocument(did as Did, pds);
}
