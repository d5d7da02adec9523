import type { Session } from '../../../sessions/stored/session.ts';
import type { Frame } from '../../frame/pages.service.ts';
import type { BrowsersSectionProps } from '../browsers/browsers-section.tsx';
import type { KeysSectionProps } from '../keys/keys-section.tsx';
import type { LostKeysProps } from '../keys/lost-keys.tsx';

/** The contents of the account's page. */
export type AccountView = Frame &
  KeysSectionProps &
  LostKeysProps &
  BrowsersSectionProps & {
    readonly session: Pick<Session, 'did' | 'pds' | 'scope'>;
    /** The handle that was verified within the last hour. */
    readonly handle: string | null;
    /** The configured permissions that the owner has not granted, and the page that asks for them again. */
    readonly shortfall: readonly string[];
    readonly reconsentUrl: string;
    readonly done: string | undefined;
    /** How many keys were reconnected in one go. */
    readonly count: number | undefined;
    readonly problem: string | undefined;
  };
