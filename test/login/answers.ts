import { redirectTarget } from '../network/user-agent.ts';
import type { BrowserClient } from '../network/browser-client.ts';

/** What a page of ours will say went wrong; undefined when nothing did. Throws when the answer leads nowhere. */
export async function problemOf(answer: Response): Promise<string | undefined> {
  const target = await redirectTarget(answer, new URL('http://broker.invalid/'));
  return target.searchParams.get('problem') ?? undefined;
}

/** The status and code of an error as programs get it. */
export async function errorOf(answer: Response): Promise<{ status: number; error: string | undefined }> {
  const { error } = (await answer.json()) as { error?: string };
  return { status: answer.status, error };
}

/** The status of `GET /api/me`: 200 for a live session, 401 for none. */
export async function statusOfMe(browser: BrowserClient): Promise<number> {
  return (await browser.get('/api/me')).status;
}

/** The names of the cookies that an answer sets to a value. */
export function cookiesSetBy(answer: Response): string[] {
  return answer.headers.getSetCookie().flatMap(header => /^([^=]+)=[^;]/.exec(header)?.[1] ?? []);
}
