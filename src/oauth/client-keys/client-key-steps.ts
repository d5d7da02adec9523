import { z } from 'zod';
import { booleanParameter } from '../../http/schemas/query-of.decorator.ts';
import { clientKeyView } from './client-key-view.ts';

/** Query parameters of a step. */
export const stepQuery = z.object({ dryRun: booleanParameter.default(false) });

export type StepQuery = z.infer<typeof stepQuery>;

/** The effect of a step, for the operator. */
export const stepResult = z.object({
  dryRun: z.boolean(),
  changed: z.boolean().describe('false if the key was already in that state'),
  sessions: z.int().describe('number of sessions that began with the key and continue'),
  key: clientKeyView.nullable().describe('the key after the step, or null if a dry run made none'),
});
