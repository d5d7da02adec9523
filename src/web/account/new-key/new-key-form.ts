import { z } from 'zod';
import type { Did } from '../../../database/tables/did.ts';
import { BrokerError } from '../../../errors/broker-error.ts';
import { type KeyPreset, keyPresets } from '../../../api-keys/requests/rules/key-presets.ts';
import { type KeyRequestInput, keyRequestInput } from '../../../api-keys/requests/rules/key-request-input.ts';
import type { OfferedPermission } from './permission-groups.ts';

/** The offered ends of a key: a number of days, a chosen date, or none. */
export const keyEnds = ['30', '90', '365', 'never', 'date'] as const;

export type KeyEnd = (typeof keyEnds)[number];

export const DEFAULT_END: KeyEnd = '90';

export const keyAccesses = [...keyPresets, 'choose'] as const;

/** What a key may do: a preset, or the ticked permissions. */
export type KeyAccess = (typeof keyAccesses)[number];

/** What a key may be given here. */
export type KeyOffer = {
  readonly presets: readonly KeyPreset[];
  readonly permissions: readonly OfferedPermission[];
};

const DAY_MS = 24 * 60 * 60_000;
const MOST_DAYS = 365;

/** The fields of the form. Each permission has its own, because the broker refuses repeated fields. */
export const newKeyForm = z.looseObject({
  /** The account that the form was opened for. */
  account: z.string().max(2048).optional(),
  name: keyRequestInput.shape.name,
  access: z.enum(keyAccesses).optional(),
  ends: z.enum(keyEnds).default(DEFAULT_END),
  date: z.string().max(10).optional(),
});

export type NewKeyForm = z.infer<typeof newKeyForm>;

/** Numbers the boxes of the permissions, which are parts of the scope that keys may be given. */
export function offeredPermissions(parts: readonly string[]): OfferedPermission[] {
  const numbered = parts.map((scope, index) => ({ field: `permission-${index}`, scope }));
  return numbered.filter(({ scope }) => scope !== 'atproto');
}

/** Returns the parts that are ticked in a form. */
export function chosenOf(
  fields: Readonly<Record<string, unknown>>,
  permissions: readonly OfferedPermission[],
): string[] {
  return permissions.filter(({ field }) => fields[field] === 'yes').map(({ scope }) => scope);
}

/** Returns what a form chooses. Without a choice: the ticked boxes, or else the first of the offer. */
export function accessOf(fields: { access?: KeyAccess | undefined }, offer: KeyOffer): KeyAccess {
  if (fields.access !== undefined) return fields.access;
  return chosenOf(fields, offer.permissions).length > 0 ? 'choose' : (offer.presets[0] ?? 'choose');
}

/**
 * Turns a form into a key request to the owner's own account.
 *
 * @throws BrokerError `InvalidRequest` if nothing is chosen, or for a date that is not within the next year
 */
export function toKeyRequestInput(form: NewKeyForm, did: Did, offer: KeyOffer, now: Date): KeyRequestInput {
  const expiresInDays = daysOf(form, now);
  const days = expiresInDays === undefined ? {} : { expiresInDays };
  return { identifier: did, name: form.name, scope: scopeOf(form, offer), ...days };
}

/** Returns a day as a field of dates has it, `2026-11-30`, by UTC. */
export function dateField(now: Date, days: number): string {
  return new Date(now.getTime() + days * DAY_MS).toISOString().slice(0, 10);
}

function scopeOf(form: NewKeyForm, offer: KeyOffer): string {
  const access = accessOf(form, offer);
  if (access !== 'choose') return access;
  const chosen = chosenOf(form, offer.permissions);
  if (chosen.length === 0) throw invalid('access', 'must have at least one permission');
  return ['atproto', ...chosen].join(' ');
}

function daysOf({ ends, date = '' }: NewKeyForm, now: Date): number | undefined {
  if (ends === 'never') return undefined;
  if (ends !== 'date') return Number(ends);
  const from = Date.parse(dateField(now, 0));
  const days = z.iso.date().safeParse(date).success ? (Date.parse(date) - from) / DAY_MS : 0;
  if (days >= 1 && days <= MOST_DAYS) return days;
  throw invalid('date', 'must be a day within the next year');
}

function invalid(field: string, problem: string): BrokerError {
  return new BrokerError('InvalidRequest', `${field} ${problem}`, { field });
}
