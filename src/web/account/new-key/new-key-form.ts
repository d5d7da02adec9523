import { z } from 'zod';
import type { Did } from '../../../database/tables/did.ts';
import { type KeyRequestInput, keyRequestInput } from '../../../api-keys/requests/key-request-input.ts';

/** After how many days a key may be chosen to end. */
export const keyEnds = ['30', '90', '365', 'never'] as const;

export type KeyEnd = (typeof keyEnds)[number];

export const DEFAULT_END: KeyEnd = '90';

/** The fields of the form: each permission has one of its own, as a form may name nothing twice. */
export const newKeyForm = z.looseObject({
  name: keyRequestInput.shape.name,
  ends: z.enum(keyEnds).default(DEFAULT_END),
});

export type NewKeyForm = z.infer<typeof newKeyForm>;

/** The name of the field for a permission, by its place in the configured scope. */
export function permissionField(index: number): string {
  return `permission-${index}`;
}

/** Returns those permissions that are ticked in a form. */
export function chosenOf(
  fields: Readonly<Record<string, unknown>>,
  permissions: readonly string[],
): string[] {
  return permissions.filter((_scope, index) => fields[permissionField(index)] === 'yes');
}

/** What the owner of an account asks of themselves with a form. */
export function toKeyRequestInput(
  form: NewKeyForm,
  did: Did,
  permissions: readonly string[],
): KeyRequestInput {
  const scope = ['atproto', ...chosenOf(form, permissions).filter(part => part !== 'atproto')].join(' ');
  const days = form.ends === 'never' ? {} : { expiresInDays: Number(form.ends) };
  return { identifier: did, name: form.name, scope, ...days };
}
