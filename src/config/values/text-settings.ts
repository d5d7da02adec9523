import { z } from 'zod';

/** A text that is not empty: an empty value could mean "none" or "the default", so it is refused. */
export const text = z.string().regex(/\S/, { error: 'is empty; give it a value or remove it', abort: true });

/** A name shown to people: one line of at most 100 characters. */
export const displayName = text.regex(
  /^[^\p{Cc}]{1,100}$/u,
  'must be one line of at most 100 characters; shorten it',
);

/** `true` or `false` (also `1` or `0`). */
export const flag = text.pipe(
  z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'], error: 'must be true or false' }),
);

/** One word out of `words`. */
export function oneOf<const Word extends string>(words: readonly Word[]) {
  return text.pipe(z.enum(words, { error: `must be one of ${words.join(', ')}` }));
}

/** A comma-separated list of `item`s; an empty value is an empty list, which means none and never all. */
export function listOf<Item extends z.ZodType<unknown, string>>(item: Item) {
  return z
    .string()
    .transform(value => (value.trim() === '' ? [] : value.split(',').map(entry => entry.trim())))
    .pipe(z.array(item));
}
