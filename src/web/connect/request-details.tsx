import type { VNode } from 'preact';
import type { KeyRequest } from '../../api-keys/requests/rules/key-request.ts';
import { Breakable } from '../frame/breakable.tsx';
import { Details } from '../frame/facts.tsx';
import { Permissions } from '../frame/permissions.tsx';
import { Time } from '../frame/time.tsx';
import { connectTexts as texts } from '../texts/connect.ts';
import type { ReaderNetwork } from './reader-network.ts';

/** The details of a key request: who asks, from where, and for which permissions. */
export function RequestDetails({
  request,
  isOwn,
  network,
  needsOwnerBy,
}: {
  request: KeyRequest;
  isOwn: boolean;
  network: ReaderNetwork;
  needsOwnerBy: Date;
}): VNode {
  const { name, askedFrom, createdAt, handle, did, scope } = request;
  const asker = (
    <>
      <strong data-asker>
        “<bdi>{name}</bdi>”
      </strong>
      {isOwn ? null : <p class="quiet">{texts.whoUnverified}</p>}
    </>
  );
  const from = (
    <>
      <span data-asked-from>{askedFrom}</span>
      {network === 'unknown' ? null : (
        <p class="quiet" data-network={network}>
          {texts.networks[network]}
        </p>
      )}
    </>
  );
  const account = (
    <strong data-handle>
      <bdi>{handle ?? did}</bdi>
    </strong>
  );
  return (
    <>
      <Details
        facts={[
          [isOwn ? texts.ownWho : texts.who, asker],
          isOwn ? undefined : [texts.from, from],
          isOwn ? undefined : [texts.when, <Time at={createdAt} />],
          [texts.account, account],
          [texts.permissions, <Permissions scope={scope} />],
          [texts.until, <KeyLife {...request} needsOwnerBy={needsOwnerBy} />],
        ]}
      />
      {handle === null ? null : (
        <p class="written" data-did>
          {texts.did} <Breakable>{did}</Breakable>
        </p>
      )}
    </>
  );
}

const DAY_MS = 24 * 60 * 60_000;

/** How long the key lives, and when it needs its owner if that is earlier. */
function KeyLife({
  expiresInDays,
  needsOwnerBy,
}: Pick<KeyRequest, 'expiresInDays'> & { needsOwnerBy: Date }): VNode {
  const lifeMs = expiresInDays === null ? Infinity : expiresInDays * DAY_MS;
  const isCutShort = Date.now() + lifeMs > needsOwnerBy.getTime();
  return (
    <>
      <span data-key-life>
        {expiresInDays === null ? texts.untilRevoked : texts.untilDays(expiresInDays)}
      </span>
      {isCutShort ? (
        <p class="quiet" data-needs-owner>
          {texts.needsYouBy} <Time at={needsOwnerBy} />.
        </p>
      ) : null}
    </>
  );
}
