import { z } from 'zod';
import { browserNameOf } from './browser-name.ts';
import type { UiSession } from './ui-session.ts';

const time = z.iso.datetime();

/** A browser session as its owner sees it, without its secret. */
export const uiSessionView = z.object({
  id: z.string(),
  browser: z
    .string()
    .nullable()
    .describe('as the browser called itself when it signed in; null when unknown'),
  system: z.string().nullable(),
  createdAt: time,
  lastSeenAt: time.describe('to ten minutes'),
  expiresAt: time,
  current: z.boolean().describe('whether it is the one that asks'),
});

export type UiSessionView = z.infer<typeof uiSessionView>;

/** @param currentId the id of the caller's browser session */
export function toUiSessionView(uiSession: UiSession, currentId: string): UiSessionView {
  const { id, userAgent, createdAt, lastSeenAt, expiresAt } = uiSession;
  return {
    id,
    ...browserNameOf(userAgent),
    createdAt: createdAt.toISOString(),
    lastSeenAt: lastSeenAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    current: id === currentId,
  };
}
