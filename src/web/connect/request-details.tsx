import type { VNode } from 'preact';
import type { KeyRequest } from '../../api-keys/requests/rules/key-request.ts';
import { Breakable } from '../frame/breakable.tsx';
import { Details } from '../frame/facts.tsx';
import { Permissions } from '../frame/permissions.tsx';
import { Time } from '../frame/time.tsx';
import { connectTexts as texts } from '../texts/connect.ts';

/** The details of a key request: who asks, from where, and for which permissions. */
export function RequestDetails({ request, isOwn }: { request: KeyRequest; isOwn: boolean }): VNode {
  const { name, askedFrom, createdAt, handle, did, scope, expiresInDays } = request;
  const asker = (
    <>
      <strong data-asker>
        “<bdi>{name}</bdi>”
      </strong>
      {isOwn ? null : <p class="quiet">{texts.whoUnverified}</p>}
    </>
  );
  const account = (
    <>
      <strong data-handle>
        <bdi>{handle ?? did}</bdi>
      </strong>
      {handle === null ? null : (
        <span class="written" data-did>
          <Breakable>{did}</Breakable>
        </span>
      )}
    </>
  );
  return (
    <Details
      facts={[
        [isOwn ? texts.ownWho : texts.who, asker],
        isOwn ? undefined : [texts.from, <span data-asked-from>{askedFrom}</span>],
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
  );
}
