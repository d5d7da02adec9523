import { z } from 'zod';

/** No control, format or separator characters, and no letters that render as blank. */
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}\u115F\u1160\u2800\u3164\uFFA0]{1,64}$/u;

/** The name of a key, which only people read. */
export const keyName = z
  .string()
  .trim()
  .regex(PRINTABLE, 'must have 1 to 64 printable characters')
  .meta({ examples: ['Weather bot'] });
