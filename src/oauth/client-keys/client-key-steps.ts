import { z } from 'zod';
import { clientKeyView } from './client-key-view.ts';

/** The query of a step. */
export const stepQuery = z.object({ dryRun: z.stringbool().default(false) });

export type StepQuery = z.infer<typeof stepQuery>;

/** What a step did, as the operator is told it. */
export const stepResult = z.object({
  dryRun: z.boolean(),
  changed: z.boolean().describe('whether there was anything to do'),
  sessions: z.int().describe('how many sessions were begun with the key; they live on'),
  key: clientKeyView.nullable().describe('the key as it is now; null where a dry run makes none'),
});
