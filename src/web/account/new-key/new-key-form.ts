import { z } from 'zod';
import type { Did } from '../../../database/tables/did.ts';
import { type KeyRequestInput, keyRequestInput } from '../../../api-keys/requests/rules/key-request-input.ts';

/** The offered lifetimes of a key, in days. */
export const keyEnds = ['30', '90', '365', 'never'] as const;

export type KeyEnd = (typeof keyEnds)[number];

export const DEFAULT_END: KeyEnd = '90';

/** The fields of the form. Each permission has its own, because the broker refuses repeated fields. */
export const newKeyForm = z.looseObject({
  /** The account that the form was opened for. */
  account: z.string().max(2048).optional(),
  name: keyRequestInput.shape.name,
  ends: z.enum(keyEnds).default(DEFAULT_END),
});

export type NewKeyForm = z.infer<typeof newKeyForm>;

/** Returns the name of a permission's field, by its index in the configured scope. */
export function permissionField(index: number): string {
  return `permission-${index}`;
}

/** Returns the permissions that are ticked in a form. */
export function chosenOf(
  fields: Readonly<Record<string, unknown>>,
  permissions: readonly string[],
): string[] {
  return permissions.filter((_scope, index) => fields[permissionField(index)] === 'yes');
}

/** Turns a form into a key request to the owner's own account. */
export function toKeyRequestInput(
  form: NewKeyForm,
  did: Did,
  permissions: readonly string[],
): KeyRequestInput {
  const scope = ['atproto', ...chosenOf(form, permissions).filter(part => part !== 'atproto')].join(' ');
  const days = form.ends === 'never' ? {} : { expiresInDays: Number(form.ends) };
  return { identifier: did, name: form.name, scope, ...days };
}
