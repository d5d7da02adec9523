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
}: {
  request: KeyRequest;
  isOwn: boolean;
  network: ReaderNetwork;
}): VNode {
  const { name, askedFrom, createdAt, handle, did, scope, expiresInDays } = request;
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
          [
            texts.until,
            <span data-key-life>
              {expiresInDays === null ? texts.untilRevoked : texts.untilDays(expiresInDays)}
            </span>,
          ],
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
