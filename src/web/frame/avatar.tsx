import type { VNode } from 'preact';
import type { Did } from '../../database/tables/did.ts';
import { Breakable } from './breakable.tsx';

/** The picture of an account, served by the broker. Accounts without one get a silhouette. */
function Avatar({ basePath, did }: { basePath: string; did: Did }): VNode {
  return (
    <img
      class="avatar"
      src={`${basePath}/avatars/${encodeURIComponent(did)}`}
      alt=""
      width="48"
      height="48"
    />
  );
}

/** An account: its picture, handle and DID. `withoutDid`: for a page that only asks whose account it is. */
export function AccountChip({
  basePath,
  did,
  handle,
  withoutDid = false,
}: {
  basePath: string;
  did: Did;
  handle: string | null;
  withoutDid?: boolean;
}): VNode {
  return (
    <div class="chip">
      <Avatar basePath={basePath} did={did} />
      <p>
        <strong data-handle>
          <bdi>{handle ?? did}</bdi>
        </strong>
        {handle === null || withoutDid ? null : (
          <span class="written" data-did>
            <Breakable>{did}</Breakable>
          </span>
        )}
      </p>
    </div>
  );
}
