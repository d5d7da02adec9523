import type { Did } from '../../database/tables/did.ts';
import type { Frame } from '../frame/pages.service.ts';
import type { SignInEnd } from './sign-in-end.ts';

/** The account that is signed in in this browser. */
export type SignedInAccount = { readonly did: Did; readonly handle: string | null };

export type SignInView = Frame & {
  readonly account?: SignedInAccount | undefined;
  readonly identifier?: string | undefined;
  /** Sent with the form. It is checked when the login begins. */
  readonly returnTo?: string | undefined;
  /** The host of another site that the person is going to, if a login may lead there. */
  readonly site?: string | undefined;
  /** The address for a person who is already signed in. */
  readonly goOn: string;
  /** `consent` makes the server ask for every permission again. */
  readonly prompt?: 'consent' | undefined;
  readonly problem?: string | undefined;
  /** The key of a success message in the texts. */
  readonly done?: string | undefined;
  /** Why the last sign-in of this browser ended, if the person did not end it here. */
  readonly end?: SignInEnd | undefined;
};
