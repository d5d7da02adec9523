import type { Did } from '../../database/tables/did.ts';
import type { Frame } from '../frame/pages.service.ts';

/** Who is signed in in this browser. */
export type SignedInAccount = { readonly did: Did; readonly handle: string | null };

export type SignInView = Frame & {
  readonly account?: SignedInAccount | undefined;
  readonly identifier?: string | undefined;
  /** What the form sends along; it is judged when the login begins. */
  readonly returnTo?: string | undefined;
  /** Where a person who is signed in already goes on. */
  readonly goOn: string;
  /** Whether the server is to ask for every permission again. */
  readonly prompt?: 'consent' | undefined;
  readonly problem?: string | undefined;
  /** What was done, as a word that the texts know. */
  readonly done?: string | undefined;
};
