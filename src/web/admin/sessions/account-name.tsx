import type { VNode } from 'preact';
import type { SessionView } from '../../../sessions/operator/session-view.ts';
import { adminTexts as texts } from '../../texts/admin.ts';

/** Returns the name of a session's account: its handle if that was verified, or else its DID. */
export function accountNameOf({ handle, did }: Pick<SessionView, 'handle' | 'did'>): string {
  return handle ?? did;
}

/** The handle that the account had when the session was granted, marked as such, unless it is the account's name. */
export function HandleAtGrant({ handle, handleAtGrant }: SessionView): VNode | null {
  return handleAtGrant === null || handleAtGrant === handle ? null : (
    <p class="quiet" data-handle-at-grant>
      {texts.handleAtGrant(handleAtGrant)}
    </p>
  );
}
